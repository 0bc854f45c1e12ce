import {
  int16At,
  int32At,
  int64At,
  setInt16,
  setInt32,
  setInt64,
  uint32At,
} from '../../base/bytes.ts'
import { crc32c } from '../../base/checksum.ts'
import { KafkaError } from '../errors.ts'
import { type Compression, compressionNames } from './compression/codecs.ts'

/**
 * The header of a record batch of magic 2 (KIP-98), on the wire as on disk. All integers are big-endian.
 *
 *   0            8             12                     16      17    21
 *   | baseOffset | batchLength | partitionLeaderEpoch | magic | crc |
 *     int64        int32         int32                  int8    uint32
 *
 *   21           23                27              35             43           51              53             57      61
 *   | attributes | lastOffsetDelta | baseTimestamp | maxTimestamp | producerId | producerEpoch | baseSequence | count | records …
 *     int16        int32             int64           int64          int64        int16           int32          int32
 *
 * `batchLength` counts from offset 12. The CRC-32C covers everything from `attributes` on: a leader may set baseOffset
 * and partitionLeaderEpoch without computing it anew.
 *
 *   attributes:  15 … 7   6               5         4               3               2 1 0
 *                unused   delete horizon  control   transactional   append time     codec
 *
 * With a delete horizon (KIP-534) baseTimestamp holds the horizon; the deltas count from it all the same.
 */
export const headerSize = 61
/** What stands before the part that batchLength counts. */
export const sizePrefix = 12
export const crcStart = 21

export const batchLengthAt = 8
export const leaderEpochAt = 12
export const magicAt = 16
const crcAt = 17
export const attributesAt = 21
export const lastOffsetDeltaAt = 23
export const baseTimestampAt = 27
export const maxTimestampAt = 35
export const producerIdAt = 43
export const producerEpochAt = 51
export const baseSequenceAt = 53
export const countAt = 57

const codecMask = 0x07
export const appendTimeBit = 0x08
export const transactionalBit = 0x10
export const controlBit = 0x20
export const deleteHorizonBit = 0x40

const sizeAndMagicEnd = 17
/** A message of magic 0 with neither key nor value; a smaller batch length is nonsense in every format. */
const batchLengthMin = 14

export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** The first offset of a magic 2 batch; for the older formats that of the message, which for a wrapper is its last. */
export function baseOffsetOf(bytes: Uint8Array, at = 0): bigint {
  return int64At(bytes, at)
}

export function setBaseOffset(bytes: Uint8Array, at: number, offset: bigint): void {
  setInt64(bytes, at, offset)
}

/** Of the whole batch, header and all; for every magic. */
export function sizeOf(bytes: Uint8Array, at = 0): number {
  return sizePrefix + int32At(bytes, at + batchLengthAt)
}

export function leaderEpochOf(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + leaderEpochAt)
}

export function setLeaderEpoch(bytes: Uint8Array, at: number, leaderEpoch: number): void {
  setInt32(bytes, at + leaderEpochAt, leaderEpoch)
}

/** 0, 1 or 2; it stands at the same place in all three formats. */
export function magicOf(bytes: Uint8Array, at = 0): number {
  return (bytes[at + magicAt]! << 24) >> 24
}

export function crcOf(bytes: Uint8Array, at = 0): number {
  return uint32At(bytes, at + crcAt)
}

export function attributesOf(bytes: Uint8Array, at = 0): number {
  return int16At(bytes, at + attributesAt)
}

/** 5 to 7 are no codec: `compressionOf` tells. */
export function codecIdOf(bytes: Uint8Array, at = 0): number {
  return bytes[at + attributesAt + 1]! & codecMask
}

export function compressionOf(bytes: Uint8Array, at = 0): Compression | undefined {
  return compressionNames[codecIdOf(bytes, at)]
}

export function timestampTypeOf(bytes: Uint8Array, at = 0): TimestampType {
  return bytes[at + attributesAt + 1]! & appendTimeBit ? 'LogAppendTime' : 'CreateTime'
}

export function isTransactional(bytes: Uint8Array, at = 0): boolean {
  return (bytes[at + attributesAt + 1]! & transactionalBit) !== 0
}

export function isControl(bytes: Uint8Array, at = 0): boolean {
  return (bytes[at + attributesAt + 1]! & controlBit) !== 0
}

/** The time after which compaction may drop the batch's tombstones or marker; null where none was set. */
export function deleteHorizonMsOf(bytes: Uint8Array, at = 0): bigint | null {
  return bytes[at + attributesAt + 1]! & deleteHorizonBit ? baseTimestampOf(bytes, at) : null
}

export function lastOffsetDeltaOf(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + lastOffsetDeltaAt)
}

export function lastOffsetOf(bytes: Uint8Array, at = 0): bigint {
  return baseOffsetOf(bytes, at) + BigInt(lastOffsetDeltaOf(bytes, at))
}

export function baseTimestampOf(bytes: Uint8Array, at = 0): bigint {
  return int64At(bytes, at + baseTimestampAt)
}

/** With LogAppendTime this is the time of every record. */
export function maxTimestampOf(bytes: Uint8Array, at = 0): bigint {
  return int64At(bytes, at + maxTimestampAt)
}

/** −1 where the producer is neither idempotent nor transactional. */
export function producerIdOf(bytes: Uint8Array, at = 0): bigint {
  return int64At(bytes, at + producerIdAt)
}

export function producerEpochOf(bytes: Uint8Array, at = 0): number {
  return int16At(bytes, at + producerEpochAt)
}

export function baseSequenceOf(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + baseSequenceAt)
}

export function countOf(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + countAt)
}

/** Changes the time of a batch and what kind of time it is; the CRC is computed anew only if something changed. */
export function setMaxTimestamp(
  bytes: Uint8Array,
  at: number,
  { timestampType, maxTimestamp }: { timestampType: TimestampType; maxTimestamp: bigint },
): void {
  if (timestampTypeOf(bytes, at) === timestampType && maxTimestampOf(bytes, at) === maxTimestamp) {
    return
  }
  const others = attributesOf(bytes, at) & ~appendTimeBit
  setInt16(
    bytes,
    at + attributesAt,
    timestampType === 'LogAppendTime' ? others | appendTimeBit : others,
  )
  setInt64(bytes, at + maxTimestampAt, maxTimestamp)
  updateCrc(bytes, at)
}

/** Of the part that the CRC covers; `ensureIntact` compares. */
export function computeCrc(bytes: Uint8Array, at = 0): number {
  return crc32c(bytes.subarray(at + crcStart, at + sizeOf(bytes, at)))
}

export function updateCrc(bytes: Uint8Array, at = 0): void {
  setInt32(bytes, at + crcAt, computeCrc(bytes, at))
}

/** The positions of the whole batches in the bytes, of any magic; an incomplete one at the end is left out (a fetch may cut). */
export function* batches(bytes: Uint8Array, start = 0, end = bytes.length): Generator<number> {
  for (let at = start; ; ) {
    const size = wholeBatchSize(bytes, at, end)
    if (size === 0) return
    yield at
    at += size
  }
}

/** The size of the batch at this place, 0 where no whole one stands; CORRUPT_MESSAGE for what can be none. */
export function wholeBatchSize(bytes: Uint8Array, at: number, end = bytes.length): number {
  if (end - at < sizePrefix) return 0
  const batchLength = int32At(bytes, at + batchLengthAt)
  if (batchLength < batchLengthMin) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Record size ${batchLength} is less than the minimum record overhead (${batchLengthMin})`,
    )
  }
  if (end - at < sizeAndMagicEnd) return 0
  const magic = magicOf(bytes, at)
  if (magic < 0 || magic > 2) {
    throw new KafkaError('CORRUPT_MESSAGE', `Invalid magic found in record: ${magic}`)
  }
  const size = sizePrefix + batchLength
  return size > end - at ? 0 : size
}
