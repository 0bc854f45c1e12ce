import { int32At, int64At, uint32At } from '../../base/bytes.ts'
import { codec, codecById, compressionNames } from './compression/codecs.ts'
import { withTrueHeaderChecksum } from './compression/lz4.ts'
import { invalid } from './invalid.ts'
import { batches, magicOf, sizeOf, type TimestampType } from './layout.ts'

/**
 * The formats before Kafka 0.11, magic 0 and 1 (KIP-32), which are read and no longer written: every message stands
 * alone, or a set of them stands, compressed, as the value of a wrapper.
 *
 *   0        8      12    16      17           18          (26)
 *   | offset | size | crc | magic | attributes | timestamp | keySize | key | valueSize | value |
 *     int64    int32  uint32 int8   int8         int64, magic 1 only   int32         int32
 *
 *   attributes:  unused | append time (magic 1) | codec (3 bits)
 *
 * Inside a wrapper offsets are absolute in magic 0; in magic 1 they count from 0, and the wrapper has the last one.
 */
export type LegacyMessage = {
  /** Where it begins. */
  at: number
  offset: bigint
  timestamp: bigint
  keyStart: number
  keyEnd: number
  valueStart: number
  valueEnd: number
}

export type LegacyMessages = {
  messages: LegacyMessage[]
  /** What the starts and ends refer to. */
  source: Uint8Array
  appendTime: bigint | null
}

const crcAt = 12
const attributesAt = 17
const timestampAt = 18
const codecMask = 0x07
const appendTimeBit = 0x08
const noTimestamp = -1n

/** What stands before key and value; magic 0 has no time. */
export function legacyHead(bytes: Uint8Array, at: number) {
  const attributes = bytes[at + attributesAt]!
  const hasTimestamp = magicOf(bytes, at) === 1
  const timestampType: TimestampType | 'NoTimestampType' = !hasTimestamp
    ? 'NoTimestampType'
    : attributes & appendTimeBit
      ? 'LogAppendTime'
      : 'CreateTime'
  return {
    crc: uint32At(bytes, at + crcAt),
    codecId: attributes & codecMask,
    timestampType,
    timestamp: hasTimestamp ? int64At(bytes, at + timestampAt) : noTimestamp,
  }
}

/** The messages of the batch at this place: one, or those of a wrapper. */
export function legacyMessages(
  bytes: Uint8Array,
  at: number,
  decompressedBytesMax: number,
): LegacyMessages {
  const outer = messageAt(bytes, at)
  const magic = magicOf(bytes, at)
  const attributes = bytes[at + attributesAt]!
  const appendTime = magic === 1 && attributes & appendTimeBit ? outer.timestamp : null
  const codecId = attributes & codecMask
  if (codecId === 0) return { messages: [outer], source: bytes, appendTime }
  const source = unwrapped(bytes, outer, { magic, codecId, decompressedBytesMax })
  const messages: LegacyMessage[] = []
  for (const inner of batches(source)) {
    ensureInner(source, inner, magic)
    messages.push(messageAt(source, inner))
  }
  const last = messages.at(-1)
  if (last === undefined) {
    throw invalid(`Found invalid compressed record set with no inner records (magic = ${magic})`)
  }
  // Some old clients gave inner messages of magic 1 absolute offsets; then the difference is 0, and nothing moves.
  const shift = magic === 1 ? outer.offset - last.offset : 0n
  if (shift > 0n) for (const message of messages) message.offset += shift
  return { messages, source, appendTime }
}

function unwrapped(
  bytes: Uint8Array,
  wrapper: LegacyMessage,
  how: { magic: number; codecId: number; decompressedBytesMax: number },
): Uint8Array {
  const { magic, codecId, decompressedBytesMax } = how
  if (compressionNames[codecId] === 'zstd') {
    throw invalid(`Invalid wrapper compressionType found in legacy deep record iterator ${magic}`)
  }
  if (wrapper.valueStart < 0) {
    throw invalid(`Found invalid compressed record set with null value (magic = ${magic})`)
  }
  const value = bytes.subarray(wrapper.valueStart, wrapper.valueEnd)
  if (compressionNames[codecId] === 'lz4') {
    return codec('lz4').decompress(withTrueHeaderChecksum(value), decompressedBytesMax)
  }
  return codecById(codecId).decompress(value, decompressedBytesMax)
}

function ensureInner(bytes: Uint8Array, at: number, wrapperMagic: number): void {
  const magic = magicOf(bytes, at)
  if (magic !== wrapperMagic) {
    throw invalid(`Compressed message magic ${magic} does not match wrapper magic ${wrapperMagic}`)
  }
  if (bytes[at + attributesAt]! & codecMask) throw invalid('Inner messages must not be compressed')
}

function messageAt(bytes: Uint8Array, at: number): LegacyMessage {
  const end = at + sizeOf(bytes, at)
  const hasTimestamp = magicOf(bytes, at) === 1
  const key = field(bytes, timestampAt + (hasTimestamp ? 8 : 0) + at, end)
  const value = field(bytes, key.next, end)
  return {
    at,
    offset: int64At(bytes, at),
    timestamp: hasTimestamp ? int64At(bytes, at + timestampAt) : noTimestamp,
    keyStart: key.start,
    keyEnd: key.end,
    valueStart: value.start,
    valueEnd: value.end,
  }
}

function field(bytes: Uint8Array, at: number, end: number) {
  const start = at + 4
  const size = start > end ? -2 : int32At(bytes, at)
  if (size === -1) return { start: -1, end: -1, next: start }
  if (size < 0 || size > end - start) {
    throw invalid('a key or value does not lie inside its message')
  }
  return { start, end: start + size, next: start + size }
}
