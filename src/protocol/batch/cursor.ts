import {
  type Place,
  readVarint,
  readVarlong,
  readVarlongExactly,
  VarintError,
} from '../../base/varint.ts'
import { codecById, decompressedBytesMax } from './compression/codecs.ts'
import { skipHeaders } from './headers.ts'
import { invalid } from './invalid.ts'
import {
  baseOffsetOf,
  baseTimestampOf,
  codecIdOf,
  countOf,
  headerSize,
  magicOf,
  maxTimestampOf,
  sizeOf,
  timestampTypeOf,
} from './layout.ts'
import { type LegacyMessage, legacyMessages } from './legacy.ts'

/**
 * A record of magic 2, behind the header and decompressed with its neighbours:
 *
 *   | length | attributes | timestampDelta | offsetDelta | keyLength | key | valueLength | value | count | headers … |
 *     varint   int8 (0)     varlong          varint        varint            varint                varint
 *
 *   header:  | keyLength | key (UTF-8) | valueLength | value |
 *
 * A length of −1 is null; Kafka takes any negative one for it (but not for a header's key), and so do we.
 *
 * Walks over the records of one batch after the other without making an object for any: after `next()` the fields tell
 * where the record's parts lie in `bytes`. A part that is null has the start and end −1.
 */
export class RecordCursor implements Place {
  /** Where the slices lie: the batch's own bytes, or what was decompressed from them. */
  bytes: Uint8Array = nothing
  position = 0
  end = 0

  /** Of the batch. */
  count = 0
  baseOffset = 0n
  baseTimestamp = 0n
  /** The time of every record when the batch has LogAppendTime, else null. */
  appendTime: bigint | null = null

  /** Of the record that `next` came to. */
  offsetDelta = 0
  /** Exact up to 2⁵³; `timestamp()` is exact always. */
  timestampDelta = 0
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  headerCount = 0
  headersStart = 0
  headersEnd = 0

  readonly #decompressedBytesMax: number
  #read = 0
  #start = 0
  #timestampAt = 0
  #legacy: readonly LegacyMessage[] | null = null

  constructor(limits: { decompressedBytesMax?: number } = {}) {
    this.#decompressedBytesMax = limits.decompressedBytesMax ?? decompressedBytesMax
  }

  /** Stands before the first record of the batch at this place, which is whole (see `batches`) and of any magic. */
  open(bytes: Uint8Array, at = 0): this {
    this.#read = 0
    if (magicOf(bytes, at) < 2) return this.#openLegacy(bytes, at)
    this.#legacy = null
    this.count = countOf(bytes, at)
    if (this.count < 0) {
      throw invalid(`Found invalid record count ${this.count} in magic v2 batch`)
    }
    this.baseOffset = baseOffsetOf(bytes, at)
    this.baseTimestamp = baseTimestampOf(bytes, at)
    this.appendTime =
      timestampTypeOf(bytes, at) === 'LogAppendTime' ? maxTimestampOf(bytes, at) : null
    const recordsStart = at + headerSize
    const recordsEnd = at + sizeOf(bytes, at)
    const codecId = codecIdOf(bytes, at)
    if (codecId === 0 || this.count === 0) {
      this.bytes = bytes
      this.position = this.#start = recordsStart
      this.end = recordsEnd
      return this
    }
    this.bytes = codecById(codecId).decompress(
      bytes.subarray(recordsStart, recordsEnd),
      this.#decompressedBytesMax,
    )
    this.position = this.#start = 0
    this.end = this.bytes.length
    return this
  }

  /** Stands before the first record again, without decompressing them a second time. */
  rewind(): this {
    this.#read = 0
    this.position = this.#start
    return this
  }

  /** Goes to the next record; false behind the last. Throws INVALID_RECORD, with Kafka's words, for what is none. */
  next(): boolean {
    if (this.#read === this.count) return false
    if (this.#legacy !== null) this.#nextLegacy(this.#legacy[this.#read]!)
    else if (!this.#nextSimple()) this.#nextRecord()
    this.#read++
    if (this.#read === this.count && this.position !== this.end) {
      throw invalid('Incorrect declared batch size, records still remaining in file')
    }
    return true
  }

  offset(): bigint {
    if (this.#legacy !== null) return this.#legacy[this.#read - 1]!.offset
    return this.baseOffset + BigInt(this.offsetDelta)
  }

  /** −1 where the format (magic 0) or the producer gave none. An int64, which wraps as Java's. */
  timestamp(): bigint {
    if (this.appendTime !== null) return this.appendTime
    if (this.#legacy !== null) return this.#legacy[this.#read - 1]!.timestamp
    const delta = Number.isSafeInteger(this.timestampDelta)
      ? BigInt(this.timestampDelta)
      : readVarlongExactly({ bytes: this.bytes, position: this.#timestampAt, end: this.end })
    return BigInt.asIntN(64, this.baseTimestamp + delta)
  }

  /**
   * The record that almost all are: lengths and offset of at most three bytes, a time of at most two, no headers, all of
   * it inside. With local variables alone it takes half the time; whatever is different is left to `#nextRecord`,
   * which knows what to say about it.
   */
  #nextSimple(): boolean {
    const { bytes, end } = this
    let at = this.position
    if (end - at < simpleMin) return false
    let raw = bytes[at++]!
    if (raw > 0x7f) raw = (raw & 0x7f) | (bytes[at++]! << 7)
    if (raw > 0x3fff) raw = (raw & 0x3fff) | (bytes[at++]! << 14)
    const recordEnd = at + (raw >>> 1)
    if (raw > 0x1fffff || (raw & 1) !== 0 || recordEnd > end) return false
    const timestampAt = ++at
    let rawTimestamp = bytes[at++]!
    if (rawTimestamp > 0x7f) rawTimestamp = (rawTimestamp & 0x7f) | (bytes[at++]! << 7)
    let rawOffset = bytes[at++]!
    if (rawOffset > 0x7f) rawOffset = (rawOffset & 0x7f) | (bytes[at++]! << 7)
    if (rawOffset > 0x3fff) rawOffset = (rawOffset & 0x3fff) | (bytes[at++]! << 14)
    let rawKey = bytes[at++]!
    if (rawKey > 0x7f) rawKey = (rawKey & 0x7f) | (bytes[at++]! << 7)
    if (rawTimestamp > 0x3fff || rawOffset > 0x1fffff || rawKey > 0x3fff) return false
    const keyStart = at
    if ((rawKey & 1) === 0) at += rawKey >>> 1
    const keyEnd = at
    let rawValue = bytes[at++]!
    if (rawValue > 0x7f) rawValue = (rawValue & 0x7f) | (bytes[at++]! << 7)
    if (rawValue > 0x3fff) rawValue = (rawValue & 0x3fff) | (bytes[at++]! << 14)
    const valueStart = at
    if ((rawValue & 1) === 0) at += rawValue >>> 1
    if (rawValue > 0x1fffff || at + 1 !== recordEnd || bytes[at] !== 0) return false
    const keyed = (rawKey & 1) === 0
    const valued = (rawValue & 1) === 0
    this.position = this.headersStart = this.headersEnd = recordEnd
    this.headerCount = 0
    this.timestampDelta = (rawTimestamp >>> 1) ^ -(rawTimestamp & 1)
    this.offsetDelta = (rawOffset >>> 1) ^ -(rawOffset & 1)
    this.keyStart = keyed ? keyStart : -1
    this.keyEnd = keyed ? keyEnd : -1
    this.valueStart = valued ? valueStart : -1
    this.valueEnd = valued ? at : -1
    this.#timestampAt = timestampAt
    return true
  }

  #nextRecord(): void {
    const size = this.#recordSize()
    const start = this.position
    const { end } = this
    if (size > end - start) {
      throw invalid(
        `Invalid record size: expected ${size} bytes in record payload, but instead the buffer has only ${end - start} remaining bytes.`,
      )
    }
    try {
      this.position = this.#timestampAt = start + 1
      this.timestampDelta = readVarlong(this)
      this.offsetDelta = readVarint(this)
      const keySize = readVarint(this)
      this.keyStart = keySize < 0 ? -1 : this.position
      if (keySize > 0) this.position += keySize
      this.keyEnd = keySize < 0 ? -1 : this.position
      const valueSize = readVarint(this)
      this.valueStart = valueSize < 0 ? -1 : this.position
      if (valueSize > 0) this.position += valueSize
      this.valueEnd = valueSize < 0 ? -1 : this.position
      this.headerCount = readVarint(this)
      this.headersStart = this.position
      if (this.headerCount !== 0) skipHeaders(this, this.headerCount)
      this.headersEnd = this.position
    } catch (error) {
      if (error instanceof VarintError) throw invalid('Found invalid record structure', error)
      throw error
    }
    if (this.position - start !== size) {
      throw invalid(
        `Invalid record size: expected to read ${size} bytes in record payload, but instead read ${this.position - start}`,
      )
    }
  }

  #recordSize(): number {
    try {
      return readVarint(this)
    } catch (error) {
      if (!(error instanceof VarintError)) throw error
      throw invalid(
        error.fault === 'underflow'
          ? 'Incorrect declared batch size, premature EOF reached'
          : 'Varint is too long, the most significant bit in the 5th byte is set',
        error,
      )
    }
  }

  #openLegacy(bytes: Uint8Array, at: number): this {
    const { messages, source, appendTime } = legacyMessages(bytes, at, this.#decompressedBytesMax)
    this.#legacy = messages
    this.bytes = source
    this.position = this.#start = this.end = source.length
    this.count = messages.length
    this.baseOffset = messages[0]!.offset
    this.baseTimestamp = messages[0]!.timestamp
    this.appendTime = appendTime
    return this
  }

  #nextLegacy(message: LegacyMessage): void {
    this.offsetDelta = Number(message.offset - this.baseOffset)
    this.timestampDelta = Number(message.timestamp - this.baseTimestamp)
    this.keyStart = message.keyStart
    this.keyEnd = message.keyEnd
    this.valueStart = message.valueStart
    this.valueEnd = message.valueEnd
    this.headerCount = 0
    this.headersStart = this.headersEnd = message.valueEnd
  }
}

const nothing = new Uint8Array(0)
/** Of a simple record's varints before its key, so that they need no comparison with the end. */
const simpleMin = 16
