import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutputBuffer } from '../../../src/cli/output/buffer.ts'
import { readRecordJson, type WrittenRecord } from '../../../src/cli/records/record-json.ts'
import { RecordJsonWriter } from '../../../src/cli/records/record-json-writer.ts'
import { RecordCursor } from '../../../src/protocol/batch/cursor.ts'
import { encodeBatch, type NewRecord } from '../../../src/protocol/batch/encode.ts'

const part = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  ),
)
const headers = fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: part }), {
  maxLength: 4,
})

test('a record that was printed is read again as it was, to the byte', () => {
  fc.assert(
    fc.property(part, part, headers, fc.nat(), (key, value, headers, timestamp) => {
      const read = readRecordJson(printed({ key, value, headers, timestamp: BigInt(timestamp) }))
      expect(bytesOf(read)).toEqual(bytesOf({ key, value, headers, timestamp, partition: 3 }))
    }),
  )
})

test('it is the line that JSON.stringify would have written', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 10n })
  fc.assert(
    fc.property(text, text, offset, fc.maxSafeNat(), (key, value, baseOffset, timestamp) => {
      const record = {
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: [
          { key, value: Buffer.from(value) },
          { key: '', value: null },
        ],
        timestamp: BigInt(timestamp),
      }
      const wellFormed = (part: string) => Buffer.from(part).toString()
      const parts = { key: wellFormed(key), value: wellFormed(value) }
      const expected = JSON.stringify({
        ...{ topic: 't', partition: 3, offset: 'OFFSET', leaderEpoch: 0, timestamp },
        ...{ timestampType: 'CreateTime', ...parts, headers: [parts, { key: '', value: null }] },
      })
      expect(printed(record, baseOffset)).toBe(expected.replace('"OFFSET"', String(baseOffset)))
    }),
  )
})

test('a record without a timestamp leaves it to the producer', () => {
  const record = { key: null, value: Buffer.from('v'), timestamp: -1n }
  expect(readRecordJson(printed(record)).timestamp).toBeNull()
})

test.each([
  ['[1]', 'a record is an object'],
  ['{"valeu":"x"}', 'a record has no field "valeu"'],
  ['{"value":1}', '"value" is a string, null, or {"base64": "…"}'],
  ['{"key":{"base64":"?"}}', '"key" holds base64 that is none'],
  ['{"headers":{"a":"b"}}', '"headers" is a list'],
  ['{"headers":[{"value":"b"}]}', 'the key of a header is a string'],
  ['{"timestamp":"now"}', '"timestamp" is a whole number that is not negative'],
  ['{"partition":1.5}', '"partition" is a whole number that is not negative'],
  ['{"value":', 'JSON'],
])('%s is refused: %s', (line, why) => {
  expect(() => readRecordJson(line)).toThrow(why)
})

function printed(record: NewRecord, baseOffset = 0n): string {
  const cursor = new RecordCursor().open(encodeBatch({ baseOffset }, [record]), 0)
  expect(cursor.next()).toBe(true)
  const out = new OutputBuffer()
  new RecordJsonWriter().write({ topic: 't', partition: 3, leaderEpoch: 0, cursor }, out)
  return out.take().toString().trimEnd()
}

function bytesOf(record: WrittenRecord) {
  const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')
  return {
    ...record,
    key: hex(record.key),
    value: hex(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: hex(value) })),
  }
}
