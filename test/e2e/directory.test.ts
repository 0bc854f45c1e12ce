/** One directory, served by Jackdaw and by Apache Kafka in turn: what the one wrote and acknowledged the other has, after a stop and after a kill. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { append, commit, fill, numbered } from '../support/filling.ts'
import { expectFlawless } from '../support/flawless.ts'
import { goOn } from '../support/going-on.ts'
import { dataOf, type Kind, type OneBroker, startOn } from '../support/one-broker.ts'
import { makeWritable, samplesFolder } from '../support/samples.ts'
import { contentOf, expectContent, read } from '../support/seeing.ts'

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

describe.skipIf(!had.ok)(`one directory, two brokers${missing}`, () => {
  let root = ''
  let broker: OneBroker | undefined
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'jackdaw-directory-'))
  })
  afterEach(async () => {
    await broker?.kill()
    rmSync(root, { recursive: true, force: true })
  })

  async function start(kind: Kind): Promise<OneBroker> {
    broker = await startOn(root, kind)
    return broker
  }

  async function finish(how: 'stop' | 'kill'): Promise<void> {
    const ended = broker!
    broker = undefined
    await ended[how]()
  }

  test.each([
    { first: 'jackdaw', second: 'apache', how: 'stop' },
    { first: 'jackdaw', second: 'apache', how: 'kill' },
    { first: 'apache', second: 'jackdaw', how: 'stop' },
    { first: 'apache', second: 'jackdaw', how: 'kill' },
  ] as const)(
    '$first writes, ends by $how; $second opens, writes, ends so; $first goes on',
    {
      timeout: 300_000,
    },
    async ({ first, second, how }) => {
      const { connection } = await start(first)
      const identity = await fill(connection)
      await until(
        async () => readFileSync(join(dataOf(root), 'log-start-offset-checkpoint'), 'utf8'),
        (starts) => starts.includes('segments 0 250') && starts.includes('trimmed 0 7'),
      )
      const written = await contentOf(connection)
      expect(Object.keys(written.groups)).toEqual(['another', 'by-itself', 'new-protocol'])
      await finish(how)
      if (first === 'jackdaw' && how === 'stop') await expectFlawless(dataOf(root))

      const other = await start(second)
      await expectContent(other.connection, written)
      const onward = await goOn(other, identity)
      const both = await contentOf(other.connection)
      await finish(how)
      if (second === 'jackdaw' && how === 'stop') await expectFlawless(dataOf(root))

      const again = await start(first)
      await expectContent(again.connection, both)
      await goOn(again, onward)
      await finish('stop')
    },
  )

  test.each(['clean', 'crashed'] as const)(
    'Jackdaw opens the sample that Apache Kafka left (%s) and writes; Apache Kafka opens it, writes; Jackdaw goes on',
    { timeout: 300_000 },
    async (sample) => {
      cpSync(join(samplesFolder, sample), dataOf(root), { recursive: true })
      makeWritable(dataOf(root))
      const ours = await start('jackdaw')
      expect((await read(ours.connection, 'plain', 0, 0n)).length).toBeGreaterThan(5)
      await writeOn(ours)
      const written = await lasting(ours)
      await finish('stop')

      const theirs = await start('apache')
      expect(await lasting(theirs)).toEqual(written)
      await writeOn(theirs)
      const both = await lasting(theirs)
      await finish('stop')

      expect(await lasting(await start('jackdaw'))).toEqual(both)
      await finish('stop')
    },
  )
})

async function writeOn({ connection, kind }: OneBroker): Promise<void> {
  for (const topic of ['plain', 'compacted', 'codec-zstd', 'trimmed']) {
    await append(connection, { topic, records: numbered(5, `by ${kind}`) })
  }
  await commit(connection, 'classic-group', 'plain', [3n, 4n])
}

/** The transaction that was open and the member that was alive when the sample was killed come to their end sooner or later. */
async function lasting({ connection }: OneBroker) {
  const content = await contentOf(connection)
  const { transactions, ...topics } = content.topics
  expect(transactions).toBeDefined()
  const groups = Object.entries(content.groups).map(([id, group]) => {
    return id === 'alive' ? [id, { ...group, groupState: '' }] : [id, group]
  })
  return { ...content, topics, groups }
}
