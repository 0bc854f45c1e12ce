import { expect, test } from 'vitest'
import { consumerGroupsDeclaration } from '../../../src/cli/consumer-groups/declaration.ts'
import { playScenario, type Scene } from '../../../src/cli/consumer-groups/reset/scenarios.ts'
import { parseTopicArguments } from '../../../src/cli/consumer-groups/reset/topics.ts'
import { parse } from '../../../src/cli/options/parse.ts'

// A log from 10 to 20, of which 15 is committed; record 12 is the first after time 1000.
function scene(): Scene & { said: string[]; warned: string[] } {
  const said: string[] = []
  const warned: string[] = []
  const at = (offset: bigint) => async () => new Map([['t-0', offset]])
  return {
    said,
    warned,
    earliest: at(10n),
    latest: at(20n),
    atTime: async (_partitions, time) => new Map(time <= 1000n ? [['t-0', 12n]] : []),
    committed: async () => new Map([['t-0', { offset: 15n, leaderEpoch: null }]]),
    now: () => 61_000,
    say: (text) => said.push(text),
    warn: (text) => warned.push(text),
  }
}

const partitions = [{ topic: 't', partition: 0 }]

test.each([
  { line: '--to-earliest', offset: 10n, why: 'the start of the log' },
  { line: '--to-latest', offset: 20n, why: 'its end' },
  { line: '--to-current', offset: 15n, why: 'what is committed' },
  { line: '--to-offset 13', offset: 13n, why: 'as it was said' },
  { line: '--to-offset 99', offset: 20n, why: 'not beyond the end' },
  { line: '--to-offset -5', offset: 10n, why: 'not before the start' },
  { line: '--shift-by 2', offset: 17n, why: 'forward' },
  { line: '--shift-by -2', offset: 13n, why: 'back' },
  { line: '--shift-by -20', offset: 10n, why: 'back, but not before the start' },
  { line: '--to-datetime 1970-01-01T00:00:01.000', offset: 12n, why: 'the first record then' },
  { line: '--to-datetime 1970-01-01T00:00:02.000', offset: 20n, why: 'no record so late' },
  { line: '--by-duration PT1M', offset: 12n, why: 'a minute ago' },
])('$line gives $offset: $why', async ({ line, offset }) => {
  const options = parse(line.split(' '), consumerGroupsDeclaration.options)
  expect(await playScenario(options, partitions, scene())).toEqual([
    { topic: 't', partition: 0, offset },
  ])
})

test('what was moved into the log is said', async () => {
  const stage = scene()
  await playScenario(
    parse(['--to-offset', '99'], consumerGroupsDeclaration.options),
    partitions,
    stage,
  )
  expect(stage.warned).toEqual([
    'New offset (99) is higher than latest offset for topic partition t-0. Value will be set to 20',
  ])
})

test('nothing can be shifted that was never committed', async () => {
  const stage = { ...scene(), committed: async () => new Map() }
  const options = parse(['--shift-by', '1'], consumerGroupsDeclaration.options)
  await expect(playScenario(options, partitions, stage)).rejects.toThrow(
    'Cannot shift offset for partition t-0 since there is no current committed offset',
  )
})

test('without a scenario there is no answer', async () => {
  expect(
    await playScenario(parse([], consumerGroupsDeclaration.options), partitions, scene()),
  ).toBeNull()
})

test.each([
  { texts: ['a'], partitions: [], topics: ['a'] },
  {
    texts: ['a:0,2'],
    partitions: [
      { topic: 'a', partition: 0 },
      { topic: 'a', partition: 2 },
    ],
    topics: [],
  },
  { texts: ['a:0', 'b'], partitions: [{ topic: 'a', partition: 0 }], topics: ['b'] },
])('--topic $texts', ({ texts, ...expected }) => {
  expect(parseTopicArguments(texts)).toEqual(expected)
})

test.each([
  ['t:x', "Invalid partition 'x' specified in topic arg 't:x''"],
  ['t:0,,1', "Invalid partition '' specified in topic arg 't:0,,1''"],
  ['t:0:1', "Invalid topic arg 't:0:1', expected topic name and partitions"],
  ['t:', "Invalid topic arg 't:', expected topic name and partitions"],
])('--topic %s: %s', (text, fault) => {
  expect(() => parseTopicArguments([text])).toThrow(fault)
})
