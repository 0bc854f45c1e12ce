import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonParts } from '../../../src/cli/console-producer/reader/json-parts.ts'
import { readRecordJson } from '../../../src/cli/records/record-json.ts'
import { RecordScanner } from '../../../src/cli/records/record-scanner.ts'
import { recordsOf } from './slices.ts'

const part = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .uint8Array({ maxLength: 20 })
      .map((bytes) => ({ base64: Buffer.from(bytes).toString('base64') })),
  ),
)
const record = fc.record(
  {
    topic: fc.constantFrom('t', 'ü'),
    partition: fc.option(fc.nat(9)),
    offset: fc.nat(),
    leaderEpoch: fc.integer({ min: -1, max: 9 }),
    timestamp: fc.oneof(fc.constant(-1), fc.nat(), fc.maxSafeNat()),
    timestampType: fc.constant('CreateTime'),
    key: part,
    value: part,
    headers: fc.array(
      fc.record({ key: fc.string({ unit: 'binary', maxLength: 9 }), value: part }),
      {
        maxLength: 20,
      },
    ),
  },
  { requiredKeys: [] },
)
// As other programs write JSON: with blanks, and with an escape for whatever is not ASCII, or for everything.
const styles = [
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, null, '\t').replaceAll('\n', ' '),
  (value: unknown) => JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, escaped),
  (value: unknown) =>
    JSON.stringify(value).replaceAll(/[^\x20-\x7e]|z/g, (c) =>
      escaped(c).toUpperCase().replace('U', 'u'),
    ),
]

test('lines are taken as JSON.parse would take them, to the byte', () => {
  const lines = fc.array(fc.tuple(record, fc.constantFrom(...styles)), {
    minLength: 1,
    maxLength: 30,
  })
  fc.assert(
    fc.property(lines, (all) => {
      const texts = all.map(([each, style]) => style(each))
      const { slices, partitions, fault } = take(texts)
      expect(fault).toBeUndefined()
      const found = recordsOf(slices, 7).map((each, i) => ({
        key: hex(each.key),
        value: hex(each.value),
        headers: each.headers.map(({ key, value }) => ({ key, value: hex(value) })),
        timestamp: Number(each.timestamp),
        partition: partitions![i],
      }))
      const expected = texts.map(readRecordJson).map((each) => ({
        key: hex(each.key),
        value: hex(each.value),
        headers: each.headers.map(({ key, value }) => ({
          key: wellFormed(key),
          value: hex(value),
        })),
        timestamp: each.timestamp ?? 7,
        partition: each.partition ?? -1,
      }))
      expect(found).toEqual(expected)
    }),
  )
})

test.each([
  '{"key":"a" "value":"b"}',
  '{"key":"a",}',
  '{"key":"a"}}',
  '{"key":"a"} x',
  '{"key":"\\x"}',
  '{"key":"\\u12g4"}',
  '{"key":"a',
  '{"key":"a\\',
  '{"timestamp":01}',
  '{"timestamp":-2}',
  '{"partition":-1}',
  '{"headers":[{"key":null,"value":"x"}]}',
  '{"headers":[{"key":"a","value":"x"},]}',
  '{"other":"a"}',
  'null',
  '',
])('%s is no record, and ends what can be taken', (line) => {
  const { slices, fault } = take(['{"value":"before"}', line])
  expect(slices.count).toBe(1)
  expect((fault as Error).message).toMatch(/^Line 2 is no record: ./)
})

test('a record as we write it needs no JSON.parse', () => {
  const line = Buffer.from(
    '{"topic":"t","partition":0,"offset":7,"leaderEpoch":-1,"timestamp":1,"timestampType":"CreateTime","key":null,"value":"\\n","headers":[{"key":"a","value":null}]}',
  )
  expect(new RecordScanner().scan(line, 0, line.length)).toBe(true)
})

test('a partition beyond all partitions is named as it is', () => {
  const { fault } = take(['{"partition":4294967296}'])
  expect((fault as Error).message).toBe('Line 1 is for partition 4294967296, which is not there')
})

function take(lines: readonly string[]) {
  const bounds: number[] = []
  const source = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  let start = 0
  for (const line of lines) {
    const end = start + Buffer.byteLength(line)
    bounds.push(start, end)
    start = end + 1
  }
  return new JsonParts().take({ source, bounds: Int32Array.from(bounds), count: lines.length })
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const wellFormed = (text: string) => Buffer.from(text).toString()

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')
