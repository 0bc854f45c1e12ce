import { type Compression, codec } from './compression/codecs.ts'
import { writeHeader } from './header.ts'
import { headerSize, type TimestampType } from './layout.ts'

/** What a batch says of itself. What is absent is as a plain producer sends it. */
export type BatchFields = {
  compression?: Compression
  compressionLevel?: number
  /** The records' deltas count from it. A delete horizon takes its place. */
  baseTimestamp?: bigint
  /** Absent: the largest of the records'. With LogAppendTime it is the time of all of them. */
  maxTimestamp?: bigint
  timestampType?: TimestampType
  producerId?: bigint
  producerEpoch?: number
  baseSequence?: number
  transactional?: boolean
  control?: boolean
  /** KIP-534: `baseTimestamp` of the batch; the records' deltas must count from it. */
  deleteHorizonMs?: bigint | null
  baseOffset?: bigint
  partitionLeaderEpoch?: number
  /** Absent: that of the last record. Compaction keeps the old one when it drops the last record. */
  lastOffsetDelta?: number
}

const noTimestamp = -1n

/**
 * Completes a batch whose records stand uncompressed behind room for the header: in place, or, with a codec, as new bytes.
 */
export function sealed(
  bytes: Uint8Array,
  fields: BatchFields,
  records: {
    baseTimestamp: bigint | undefined
    count: number
    lastOffsetDelta: number
    maxTimestampDelta: number | bigint
  },
): Uint8Array {
  const { compression = 'none', compressionLevel, deleteHorizonMs = null } = fields
  const batch = compression === 'none' ? bytes : compressed(bytes, compression, compressionLevel)
  const baseTimestamp = deleteHorizonMs ?? records.baseTimestamp ?? noTimestamp
  writeHeader(batch, 0, {
    size: batch.length,
    compression,
    baseTimestamp,
    hasDeleteHorizon: deleteHorizonMs !== null,
    maxTimestamp: fields.maxTimestamp ?? maxTimestampOf(baseTimestamp, records),
    timestampType: fields.timestampType ?? 'CreateTime',
    producerId: fields.producerId ?? -1n,
    producerEpoch: fields.producerEpoch ?? -1,
    baseSequence: fields.baseSequence ?? -1,
    transactional: fields.transactional ?? false,
    control: fields.control ?? false,
    baseOffset: fields.baseOffset ?? 0n,
    partitionLeaderEpoch: fields.partitionLeaderEpoch ?? -1,
    lastOffsetDelta: fields.lastOffsetDelta ?? records.lastOffsetDelta,
    count: records.count,
  })
  return batch
}

function maxTimestampOf(
  baseTimestamp: bigint,
  { count, maxTimestampDelta }: { count: number; maxTimestampDelta: number | bigint },
): bigint {
  if (count === 0) return noTimestamp
  return maxTimestampDelta === 0 ? baseTimestamp : baseTimestamp + BigInt(maxTimestampDelta)
}

function compressed(bytes: Uint8Array, compression: Compression, level?: number): Uint8Array {
  const records = codec(compression).compress(bytes.subarray(headerSize), level)
  const batch = Buffer.allocUnsafe(headerSize + records.length)
  batch.set(records, headerSize)
  return batch
}
