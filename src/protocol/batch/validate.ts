import { type ErrorName, KafkaError } from '../errors.ts'
import type { Compression } from './compression/codecs.ts'
import { RecordCursor } from './cursor.ts'
import { isIntact } from './integrity.ts'
import { invalid } from './invalid.ts'
import * as layout from './layout.ts'
import { rebuilt } from './rebuild.ts'
import { type RecordError, type Walk, walkRecords } from './walk.ts'

/** The settings of the topic and of the moment that decide about a batch; the names are Kafka's. */
export type BatchRules = {
  /** For messages: `orders-0`. */
  topicPartition: string
  /** Of the Produce request. */
  apiVersion?: number
  now: number
  /** message.timestamp.type */
  timestampType: layout.TimestampType
  /** message.timestamp.before.max.ms */
  timestampBeforeMaxMs: bigint
  /** message.timestamp.after.max.ms */
  timestampAfterMaxMs: bigint
  /** max.message.bytes */
  messageBytesMax: number
  /** cleanup.policy contains compact */
  compacted: boolean
  /** compression.type, where `uncompressed` is `none` */
  compression: Compression | 'producer'
  /** compression.<type>.level */
  compressionLevel?: number
  decompressedBytesMax?: number
}

export type Accepted = {
  ok: true
  /** One batch, base offset 0: a part of what was given where only its header had to change, else new bytes. */
  bytes: Uint8Array
  count: number
  lastOffsetDelta: number
  /** The append time for LogAppendTime, else the largest of the records'; −1 where they have none. */
  maxTimestamp: bigint
  /** −1 with CreateTime: what a Produce response says. */
  appendTime: bigint
}

export type Refused = {
  ok: false
  error: ErrorName
  message: string
  recordErrors: RecordError[]
}

/**
 * What a leader does with the records of one partition of a Produce request, in Kafka's order: the request's rules, the
 * batch's header, its records, the topic's clock and codec. On success the batch is as it will be stored, but for
 * `assignOffsets`.
 *
 * Every record is looked at, as Kafka does: else a broken one would be found by the consumers, and nobody could pass it.
 * The look costs no allocation, and 20 ns for a record (bench/batches.ts). Compressed records are decompressed for it, and stored as they
 * came unless the topic wants another codec or their offset deltas do not count up from 0.
 */
export function validateBatch(bytes: Uint8Array, rules: BatchRules): Accepted | Refused {
  try {
    const batch = soleBatch(bytes, rules.apiVersion ?? 13)
    checkHeader(batch, rules)
    const cursor = new RecordCursor(
      rules.decompressedBytesMax === undefined
        ? {}
        : { decompressedBytesMax: rules.decompressedBytesMax },
    ).open(batch)
    const walk = walkRecords(batch, cursor, rules)
    return walk.errors.length > 0
      ? refusedRecords(walk.errors)
      : accepted(batch, cursor, walk, rules)
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return { ok: false, error: error.error, message: error.message, recordErrors: [] }
  }
}

/** The last step before the append: neither field is covered by the CRC. */
export function assignOffsets(
  batch: Uint8Array,
  { baseOffset, leaderEpoch }: { baseOffset: bigint; leaderEpoch: number },
): void {
  layout.setBaseOffset(batch, 0, baseOffset)
  layout.setLeaderEpoch(batch, 0, leaderEpoch)
}

/** Since version 3 a partition's records are exactly one batch of magic 2; an incomplete one behind it is dropped. */
function soleBatch(bytes: Uint8Array, apiVersion: number): Uint8Array {
  const requests = `Produce requests with version ${apiVersion}`
  const size = layout.wholeBatchSize(bytes, 0)
  if (size === 0) throw invalid(`${requests} must have at least one record batch per partition`)
  if (layout.magicOf(bytes) !== 2) {
    throw invalid(`${requests} are only allowed to contain record batches with magic version 2`)
  }
  if (apiVersion < 7 && layout.compressionOf(bytes) === 'zstd') {
    throw new KafkaError(
      'UNSUPPORTED_COMPRESSION_TYPE',
      `${requests} are not allowed to use ZStandard compression`,
    )
  }
  if (layout.wholeBatchSize(bytes, size) !== 0) {
    throw invalid(`${requests} are only allowed to contain exactly one record batch per partition`)
  }
  return bytes.subarray(0, size)
}

function checkHeader(batch: Uint8Array, { topicPartition, messageBytesMax }: BatchRules): void {
  const baseOffset = layout.baseOffsetOf(batch)
  if (baseOffset !== 0n) {
    throw invalid(
      `The baseOffset of the record batch in the append to ${topicPartition} should be 0, but it is ${baseOffset}`,
    )
  }
  if (batch.length > messageBytesMax) {
    throw new KafkaError(
      'MESSAGE_TOO_LARGE',
      `The record batch size in the append to ${topicPartition} is ${batch.length} bytes which exceeds the maximum configured value of ${messageBytesMax}.`,
    )
  }
  if (!isIntact(batch)) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Record is corrupt (stored crc = ${layout.crcOf(batch)}) in topic partition ${topicPartition}.`,
    )
  }
  checkCounts(batch, topicPartition)
}

function checkCounts(batch: Uint8Array, topicPartition: string): void {
  const inPartition = `in topic partition ${topicPartition}`
  const lastOffsetDelta = layout.lastOffsetDeltaOf(batch)
  const count = layout.countOf(batch)
  if (lastOffsetDelta < 0) {
    throw invalid(`Batch has an invalid offset range: [0, ${lastOffsetDelta}] ${inPartition}`)
  }
  if (count <= 0) {
    throw invalid(`Invalid reported count for record batch: ${count} ${inPartition}`)
  }
  if (count !== lastOffsetDelta + 1) {
    throw invalid(
      `Inconsistent batch offset range [0, ${lastOffsetDelta}] and count of records ${count} ${inPartition}`,
    )
  }
  if (layout.isControl(batch)) {
    throw invalid(`Clients are not allowed to write control records ${inPartition}`)
  }
  const producerId = layout.producerIdOf(batch)
  const baseSequence = layout.baseSequenceOf(batch)
  if (producerId > -1n && baseSequence < 0) {
    throw invalid(
      `Invalid sequence number ${baseSequence} in record batch with producerId ${producerId} ${inPartition}`,
    )
  }
}

function accepted(
  batch: Uint8Array,
  cursor: RecordCursor,
  { maxTimestamp: latest, inOrder }: Walk,
  rules: BatchRules,
): Accepted {
  const { timestampType, now, compression } = rules
  const appended = timestampType === 'LogAppendTime'
  const maxTimestamp = appended ? BigInt(now) : latest
  const source = layout.compressionOf(batch)!
  const target = compression === 'producer' ? source : compression
  let bytes = batch
  if (source === target && (inOrder || source === 'none')) {
    layout.setMaxTimestamp(bytes, 0, { timestampType, maxTimestamp })
  } else {
    const level = rules.compressionLevel
    bytes = rebuilt(batch, cursor, {
      compression: target,
      timestampType,
      maxTimestamp,
      ...(level === undefined ? {} : { compressionLevel: level }),
    })
    checkRebuiltSize(bytes, rules)
  }
  return {
    ok: true,
    bytes,
    count: layout.countOf(bytes),
    lastOffsetDelta: layout.lastOffsetDeltaOf(bytes),
    maxTimestamp,
    appendTime: appended ? maxTimestamp : -1n,
  }
}

function checkRebuiltSize(
  bytes: Uint8Array,
  { topicPartition, messageBytesMax }: BatchRules,
): void {
  if (bytes.length <= messageBytesMax) return
  throw new KafkaError(
    'MESSAGE_TOO_LARGE',
    `Message batch size is ${bytes.length} bytes in append to partition ${topicPartition} which exceeds the maximum configured size of ${messageBytesMax}.`,
  )
}

const shownMax = 3

function refusedRecords(errors: Walk['errors']): Refused {
  const recordErrors = errors.map(({ batchIndex, message }) => ({ batchIndex, message }))
  if (errors.some(({ error }) => error === 'INVALID_TIMESTAMP')) {
    return {
      ok: false,
      error: 'INVALID_TIMESTAMP',
      message: 'One or more records have been rejected due to invalid timestamp',
      recordErrors,
    }
  }
  const shown = recordErrors
    .slice(0, shownMax)
    .map(({ batchIndex, message }) => `RecordError(batchIndex=${batchIndex}, message='${message}')`)
  return {
    ok: false,
    error: 'INVALID_RECORD',
    message:
      `One or more records have been rejected due to ${errors.length} record errors in total, ` +
      `and only showing the first three errors at most: [${shown.join(', ')}]`,
    recordErrors,
  }
}
