import { setInt16, setInt32, setInt64 } from '../../base/bytes.ts'
import { type Compression, compressionIds } from './compression/codecs.ts'
import * as layout from './layout.ts'

export type HeaderFields = {
  baseOffset: bigint
  size: number
  partitionLeaderEpoch: number
  compression: Compression
  timestampType: layout.TimestampType
  transactional: boolean
  control: boolean
  hasDeleteHorizon: boolean
  lastOffsetDelta: number
  baseTimestamp: bigint
  maxTimestamp: bigint
  producerId: bigint
  producerEpoch: number
  baseSequence: number
  count: number
}

/** Writes the header before records that are in place already, and the CRC over both. */
export function writeHeader(bytes: Uint8Array, at: number, fields: HeaderFields): void {
  setInt64(bytes, at, fields.baseOffset)
  setInt32(bytes, at + layout.batchLengthAt, fields.size - layout.sizePrefix)
  setInt32(bytes, at + layout.leaderEpochAt, fields.partitionLeaderEpoch)
  bytes[at + layout.magicAt] = 2
  setInt16(bytes, at + layout.attributesAt, attributesFor(fields))
  setInt32(bytes, at + layout.lastOffsetDeltaAt, fields.lastOffsetDelta)
  setInt64(bytes, at + layout.baseTimestampAt, fields.baseTimestamp)
  setInt64(bytes, at + layout.maxTimestampAt, fields.maxTimestamp)
  setInt64(bytes, at + layout.producerIdAt, fields.producerId)
  setInt16(bytes, at + layout.producerEpochAt, fields.producerEpoch)
  setInt32(bytes, at + layout.baseSequenceAt, fields.baseSequence)
  setInt32(bytes, at + layout.countAt, fields.count)
  layout.updateCrc(bytes, at)
}

function attributesFor(fields: HeaderFields): number {
  return (
    compressionIds[fields.compression] |
    (fields.timestampType === 'LogAppendTime' ? layout.appendTimeBit : 0) |
    (fields.transactional ? layout.transactionalBit : 0) |
    (fields.control ? layout.controlBit : 0) |
    (fields.hasDeleteHorizon ? layout.deleteHorizonBit : 0)
  )
}
