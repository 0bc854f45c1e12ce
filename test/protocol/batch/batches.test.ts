import { expect, test } from 'vitest'
import { type Compression, codec } from '../../../src/protocol/batch/compression/codecs.ts'
import { controlTypeOf } from '../../../src/protocol/batch/control.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'
import { ensureIntact } from '../../../src/protocol/batch/integrity.ts'
import * as layout from '../../../src/protocol/batch/layout.ts'
import { type BatchRecord, records } from '../../../src/protocol/batch/reader.ts'
import { incrementSequence, lastSequence } from '../../../src/protocol/batch/sequence.ts'
import { vectorLines } from '../../support/vectors.ts'

type VectorRecord = {
  offset: string
  timestamp: string
  sequence?: number
  keyBase64: string | null
  valueBase64: string | null
  controlType?: string
  headers?: { key: string; valueBase64: string | null }[]
}

type VectorBatch = {
  magic: number
  sizeInBytes: number
  baseOffset: string
  lastOffset: string
  crc: number
  compression: Compression
  timestampType: layout.TimestampType | 'NoTimestampType'
  maxTimestamp: string
  attributes: number
  isTransactional: boolean
  isControl: boolean
  partitionLeaderEpoch: number
  lastOffsetDelta: number
  baseTimestamp: string
  hasDeleteHorizon: boolean
  producerId: string
  producerEpoch: number
  baseSequence: number
  lastSequence: number
  count: number
  records: VectorRecord[]
}

const vectors = vectorLines<{ name: string; hex: string; batches: VectorBatch[] }>('batches.jsonl')
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

test.each(vectors)('reading $name', ({ hex, batches: expected }) => {
  const bytes = bytesOf(hex)
  const positions = [...layout.batches(bytes)]
  expect(positions.length).toBe(expected.length)
  positions.forEach((at, i) => {
    const batch = expected[i]!
    ensureIntact(bytes, at)
    expect(layout.magicOf(bytes, at)).toBe(batch.magic)
    expect(layout.sizeOf(bytes, at)).toBe(batch.sizeInBytes)
    if (batch.magic === 2) expect(headerAt(bytes, at)).toEqual(headerOf(batch))
    else expect(layout.baseOffsetOf(bytes, at)).toBe(BigInt(batch.lastOffset))
    expect([...records(bytes, at)].map((each) => recordText(each, batch))).toEqual(batch.records)
  })
})

const newest = vectors.filter((each) => each.batches.every((batch) => batch.magic === 2))

test.each(newest)('writing $name', ({ hex, batches: expected }) => {
  const bytes = bytesOf(hex)
  const positions = [...layout.batches(bytes)]
  positions.forEach((at, i) => {
    const batch = expected[i]!
    const original = bytes.subarray(at, at + batch.sizeInBytes)
    const written = encode(batch)
    if (batch.compression === 'none') expect(hexOf(written)).toBe(hexOf(original))
    else expect(hexOf(plain(written))).toBe(hexOf(plain(original)))
    // Whatever the codec makes of it, a reader finds the same records.
    expect([...records(written)].map((each) => recordText(each, batch))).toEqual(batch.records)
    ensureIntact(written)
  })
})

function encode(batch: VectorBatch): Uint8Array {
  const baseTimestamp = BigInt(batch.baseTimestamp)
  const appendTime = batch.timestampType === 'LogAppendTime'
  const original = bytesOf(vectors.find((each) => each.batches.includes(batch))!.hex)
  const at = [...layout.batches(original)].find(
    (each) => layout.crcOf(original, each) === batch.crc,
  )!
  // A batch with append time keeps the producer's deltas, which its content does not tell: they come from its bytes.
  const times = appendTime
    ? createTimes(original, at)
    : batch.records.map((r) => BigInt(r.timestamp))
  return encodeBatch(
    {
      compression: batch.compression,
      baseTimestamp,
      maxTimestamp: BigInt(batch.maxTimestamp),
      timestampType: batch.timestampType as layout.TimestampType,
      producerId: BigInt(batch.producerId),
      producerEpoch: batch.producerEpoch,
      baseSequence: batch.baseSequence,
      transactional: batch.isTransactional,
      control: batch.isControl,
      deleteHorizonMs: batch.hasDeleteHorizon ? baseTimestamp : null,
      baseOffset: BigInt(batch.baseOffset),
      partitionLeaderEpoch: batch.partitionLeaderEpoch,
      lastOffsetDelta: batch.lastOffsetDelta,
    },
    batch.records.map((record, i) => ({
      key: fromBase64(record.keyBase64),
      value: fromBase64(record.valueBase64),
      headers: record.headers!.map(({ key, valueBase64 }) => ({
        key,
        value: fromBase64(valueBase64),
      })),
      timestamp: times[i]!,
      offsetDelta: Number(BigInt(record.offset) - BigInt(batch.baseOffset)),
    })),
  )
}

function createTimes(bytes: Uint8Array, at: number): bigint[] {
  const copy = Uint8Array.from(bytes.subarray(at, at + layout.sizeOf(bytes, at)))
  layout.setMaxTimestamp(copy, 0, { timestampType: 'CreateTime', maxTimestamp: 0n })
  return [...records(copy)].map((record) => record.timestamp)
}

/** The batch with its records as they were before the codec, so that two encoders' results can be compared. */
function plain(batch: Uint8Array): Uint8Array {
  const compression = layout.compressionOf(batch)!
  const body = batch.subarray(layout.headerSize)
  const header = Uint8Array.from(batch.subarray(0, layout.headerSize))
  header.fill(0, 8, 12)
  header.fill(0, 17, 21)
  if (layout.countOf(batch) === 0) return header
  return Buffer.concat([header, codec(compression).decompress(body, 1 << 20)])
}

function headerAt(bytes: Uint8Array, at: number) {
  return {
    baseOffset: layout.baseOffsetOf(bytes, at),
    lastOffset: layout.lastOffsetOf(bytes, at),
    crc: layout.crcOf(bytes, at),
    compression: layout.compressionOf(bytes, at),
    timestampType: layout.timestampTypeOf(bytes, at),
    maxTimestamp: layout.maxTimestampOf(bytes, at),
    attributes: layout.attributesOf(bytes, at),
    isTransactional: layout.isTransactional(bytes, at),
    isControl: layout.isControl(bytes, at),
    partitionLeaderEpoch: layout.leaderEpochOf(bytes, at),
    lastOffsetDelta: layout.lastOffsetDeltaOf(bytes, at),
    baseTimestamp: layout.baseTimestampOf(bytes, at),
    hasDeleteHorizon: layout.deleteHorizonMsOf(bytes, at) !== null,
    producerId: layout.producerIdOf(bytes, at),
    producerEpoch: layout.producerEpochOf(bytes, at),
    baseSequence: layout.baseSequenceOf(bytes, at),
    lastSequence: lastSequence(
      layout.baseSequenceOf(bytes, at),
      layout.lastOffsetDeltaOf(bytes, at),
    ),
    count: layout.countOf(bytes, at),
  }
}

function headerOf(batch: VectorBatch) {
  const { magic, sizeInBytes, records, ...header } = batch
  return {
    ...header,
    baseOffset: BigInt(batch.baseOffset),
    lastOffset: BigInt(batch.lastOffset),
    maxTimestamp: BigInt(batch.maxTimestamp),
    baseTimestamp: BigInt(batch.baseTimestamp),
    producerId: BigInt(batch.producerId),
  }
}

function recordText(record: BatchRecord, batch: VectorBatch): VectorRecord {
  const text: VectorRecord = {
    offset: String(record.offset),
    timestamp: String(record.timestamp),
    keyBase64: toBase64(record.key),
    valueBase64: toBase64(record.value),
  }
  if (batch.magic < 2) return text
  const delta = Number(record.offset - BigInt(batch.baseOffset))
  text.sequence = batch.baseSequence < 0 ? -1 : incrementSequence(batch.baseSequence, delta)
  if (batch.isControl) text.controlType = controlTypeOf(record.key!)!
  text.headers = record.headers.map(({ key, value }) => ({ key, valueBase64: toBase64(value) }))
  return text
}

function toBase64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64')
}

function fromBase64(text: string | null): Uint8Array | null {
  return text === null ? null : Buffer.from(text, 'base64')
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
