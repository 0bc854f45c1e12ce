import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NewRecord } from '../../../src/protocol/batch/encode.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'
import type { BatchFields } from '../../../src/protocol/batch/fields.ts'
import { ensureIntact } from '../../../src/protocol/batch/integrity.ts'
import * as layout from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { type BatchRules, validateBatch } from '../../../src/protocol/batch/validate.ts'
import { vectorLines } from '../../support/vectors.ts'
import { rulesFor } from './rules.ts'

const now = 1_700_000_060_000
const record = (fields: Partial<NewRecord> = {}): NewRecord => ({
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  timestamp: BigInt(now),
  ...fields,
})

const noKey = 'Compacted topic cannot accept message without key in topic partition facts-0'
const shown = (batchIndex: number, message: string) =>
  `RecordError(batchIndex=${batchIndex}, message='${message}')`
const rejected = (count: number, list: string[]) =>
  `One or more records have been rejected due to ${count} record errors in total, and only showing the first three errors at most: [${list.join(', ')}]`
const badTimes = 'One or more records have been rejected due to invalid timestamp'

type Row = {
  why: string
  fields?: BatchFields
  sent: NewRecord[]
  rules?: Partial<BatchRules>
  error: string
  message: string
  recordErrors?: { batchIndex: number; message: string }[]
}

const refusals: Row[] = [
  {
    why: 'a compacted topic needs keys; the others of the batch fall with it',
    sent: [record(), record({ key: null }), record({ key: new Uint8Array(0) })],
    rules: { compacted: true },
    error: 'INVALID_RECORD',
    message: rejected(1, [shown(1, noKey)]),
    recordErrors: [{ batchIndex: 1, message: noKey }],
  },
  {
    why: 'all errors are told, three of them in the message',
    sent: [0, 1, 2, 3].map(() => record({ key: null })),
    rules: { compacted: true },
    error: 'INVALID_RECORD',
    message: rejected(4, [shown(0, noKey), shown(1, noKey), shown(2, noKey)]),
    recordErrors: [0, 1, 2, 3].map((batchIndex) => ({ batchIndex, message: noKey })),
  },
  {
    why: 'a wrong time gives its name to errors of both kinds, and a missing key goes first',
    sent: [record({ key: null, timestamp: 1n }), record({ timestamp: 1n })],
    rules: { compacted: true, timestampBeforeMaxMs: 1000n },
    error: 'INVALID_TIMESTAMP',
    message: badTimes,
    recordErrors: [
      { batchIndex: 0, message: noKey },
      {
        batchIndex: 1,
        message: `Timestamp 1 of message with offset 1 is out of range. The timestamp should be within [${now - 1000}, ${now + 3600000}]`,
      },
    ],
  },
  {
    why: 'one millisecond too old, in compressed bytes',
    fields: { compression: 'zstd' },
    sent: [record({ timestamp: BigInt(now - 500) }), record({ timestamp: BigInt(now - 501) })],
    rules: { timestampBeforeMaxMs: 500n },
    error: 'INVALID_TIMESTAMP',
    message: badTimes,
    recordErrors: [
      {
        batchIndex: 1,
        message: `Timestamp ${now - 501} of message with offset 1 is out of range. The timestamp should be within [${now - 500}, ${now + 3600000}]`,
      },
    ],
  },
  {
    why: 'a time beyond what a double holds is judged exactly',
    sent: [record({ timestamp: 2n ** 62n })],
    error: 'INVALID_TIMESTAMP',
    message: badTimes,
    recordErrors: [
      {
        batchIndex: 0,
        message: `Timestamp ${2n ** 62n} of message with offset 0 is out of range. The timestamp should be within [${BigInt(now) - (2n ** 63n - 1n)}, ${now + 3600000}]`,
      },
    ],
  },
  {
    why: 'the leader alone sets append time, where the topic has it',
    fields: { timestampType: 'LogAppendTime', maxTimestamp: BigInt(now) },
    sent: [record({ value: Buffer.from('12345') })],
    rules: { timestampType: 'LogAppendTime' },
    error: 'INVALID_TIMESTAMP',
    message: badTimes,
    recordErrors: [
      {
        batchIndex: 0,
        message: `Invalid timestamp type in message DefaultRecord(offset=0, timestamp=${now}, key=1 bytes, value=5 bytes). Producer should not set timestamp type to LogAppendTime.`,
      },
    ],
  },
  {
    why: 'a byte more than max.message.bytes',
    sent: [record()],
    rules: { messageBytesMax: 69 },
    error: 'MESSAGE_TOO_LARGE',
    message:
      'The record batch size in the append to facts-0 is 70 bytes which exceeds the maximum configured value of 69.',
  },
  {
    why: 'too large only after the topic’s codec has grown it',
    fields: { compression: 'gzip' },
    sent: [record({ value: Buffer.alloc(2000) })],
    rules: { compression: 'none', messageBytesMax: 1000 },
    error: 'MESSAGE_TOO_LARGE',
    message:
      'Message batch size is 2071 bytes in append to partition facts-0 which exceeds the maximum configured size of 1000.',
  },
  {
    why: 'more than may be decompressed',
    fields: { compression: 'lz4' },
    sent: [record({ value: Buffer.alloc(100_000) })],
    rules: { decompressedBytesMax: 50_000 },
    error: 'MESSAGE_TOO_LARGE',
    message: 'the lz4 data would become larger than 50000 bytes, the limit for one batch',
  },
  {
    why: 'zstd came with version 7',
    fields: { compression: 'zstd' },
    sent: [record()],
    rules: { apiVersion: 6 },
    error: 'UNSUPPORTED_COMPRESSION_TYPE',
    message: 'Produce requests with version 6 are not allowed to use ZStandard compression',
  },
]

test.each(refusals)('refused: $why', ({ fields, sent, rules, error, message, recordErrors }) => {
  expect(validateBatch(encodeBatch(fields ?? {}, sent), rulesFor({ now, ...rules }))).toEqual({
    ok: false,
    error,
    message,
    recordErrors: recordErrors ?? [],
  })
})

const acceptances: Omit<Row, 'error' | 'message'>[] = [
  { why: 'no time at all is no wrong time', sent: [record({ timestamp: -1n })] },
  { why: 'exactly max.message.bytes', sent: [record()], rules: { messageBytesMax: 70 } },
  {
    why: 'as old as it may be',
    sent: [record({ timestamp: BigInt(now - 500) })],
    rules: { timestampBeforeMaxMs: 500n },
  },
  {
    why: 'any time where the leader sets its own',
    sent: [record({ timestamp: 1n })],
    rules: { timestampType: 'LogAppendTime', timestampBeforeMaxMs: 0n },
  },
  { why: 'a topic that is not compacted takes records without key', sent: [record({ key: null })] },
  {
    why: 'an append time from a client becomes a create time',
    fields: { timestampType: 'LogAppendTime', maxTimestamp: BigInt(now) },
    sent: [record()],
  },
]

test.each(acceptances)('taken: $why', ({ fields, sent, rules }) => {
  const all = rulesFor({ now, ...rules })
  const verdict = validateBatch(encodeBatch(fields ?? {}, sent), all)
  if (!verdict.ok) throw new Error(verdict.message)
  ensureIntact(verdict.bytes)
  expect(layout.timestampTypeOf(verdict.bytes)).toBe(all.timestampType)
})

describe('compressed offsets that do not count up from 0 are counted anew', () => {
  const sent = [record({ offsetDelta: 5 }), record({ offsetDelta: 1, timestamp: BigInt(now - 9) })]
  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', (compression) => {
    const producer = { producerId: 9n, producerEpoch: 2, baseSequence: 7, transactional: true }
    const batch = encodeBatch({ compression, ...producer, baseTimestamp: 77n }, sent)
    const verdict = validateBatch(batch, rulesFor({ now }))
    if (!verdict.ok) throw new Error(verdict.message)
    const stored = [...records(verdict.bytes)]
    expect(stored.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
      [0n, BigInt(now)],
      [1n, BigInt(now - 9)],
    ])
    expect(layout.baseTimestampOf(verdict.bytes)).toBe(BigInt(now))
    expect(layout.compressionOf(verdict.bytes)).toBe(compression)
    expect([
      layout.producerIdOf(verdict.bytes),
      layout.producerEpochOf(verdict.bytes),
      layout.baseSequenceOf(verdict.bytes),
      layout.isTransactional(verdict.bytes),
    ]).toEqual(Object.values(producer))
  })

  test('uncompressed ones stay, as in Kafka', () => {
    const batch = encodeBatch({}, [record({ offsetDelta: 1 }), record({ offsetDelta: 1 })])
    const verdict = validateBatch(batch, rulesFor({ now }))
    expect(verdict).toMatchObject({ ok: true, lastOffsetDelta: 1 })
    if (verdict.ok)
      expect([...records(verdict.bytes)].map(({ offset }) => offset)).toEqual([1n, 1n])
  })
})

test('mutated batches get a verdict, and what is taken can be read', () => {
  const good = vectorLines<{ hex: string; batches: { magic: number }[] }>('batches.jsonl')
    .filter(({ batches }) => batches.length === 1)
    .map(({ hex }) => Buffer.from(hex, 'hex'))
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.constantFrom('producer', 'none', 'lz4', 'zstd'),
      fc.boolean(),
      (original, flips, compression, crcRight) => {
        const batch = Uint8Array.from(original)
        for (const [at, byte] of flips) batch[at % batch.length] = byte
        const whole = layout.sizeOf(batch) === batch.length && layout.magicOf(batch) === 2
        if (crcRight && whole) layout.updateCrc(batch)
        const rules = rulesFor({ now, compression, decompressedBytesMax: 1 << 20 })
        const verdict = validateBatch(batch, rules as BatchRules)
        if (!verdict.ok) return
        ensureIntact(verdict.bytes)
        expect([...records(verdict.bytes)].length).toBe(verdict.count)
      },
    ),
    { seed: 4, numRuns: 3000 },
  )
})
