import { KafkaError } from './errors.ts'
import { readShortString, readUuid, shortStringMax } from './interned.ts'

/** Kafka keeps lengths of strings in an int16, and refuses longer ones in the flexible versions too. */
export const stringBytesMax = 0x7fff

// What one message may grow to when it is read, counted in words of some 32 bytes: a frame full of empty structs would
// otherwise become fifty times its size. A hundred megabytes of records are a handful of words.
const wordsMax = 8_000_000

/** Reads the types of the wire from one buffer; whatever does not fit inside it is a malformed message. */
export class Reader {
  readonly buffer: Buffer
  /** The same bytes for numbers: V8 reads them from a DataView in one step, int64 without a detour. */
  readonly view: DataView
  position: number
  #words = 0
  #last: Repeated | undefined

  constructor(bytes: Uint8Array, position = 0) {
    const { buffer, byteOffset, length } = bytes
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, length)
    this.view = new DataView(buffer, byteOffset, length)
    this.position = position
  }

  get remaining(): number {
    return this.buffer.length - this.position
  }

  int8(): number {
    return this.view.getInt8(this.take(1))
  }

  int16(): number {
    return this.view.getInt16(this.take(2))
  }

  int32(): number {
    return this.view.getInt32(this.take(4))
  }

  /** The bits of an int32 count as unsigned. */
  uvarint(): number {
    const { buffer } = this
    let at = this.position
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      // Past the end there is `undefined`, whose bits are 0: the check below catches it.
      const byte = buffer[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.position = at
        return value >>> 0
      }
      if (at > buffer.length) throw malformed('the bytes end inside a varint')
    }
    throw malformed('a varint of more than 5 bytes')
  }

  string(length: number): string {
    if (length > stringBytesMax) throw malformed(`a string of ${length} bytes`)
    const at = this.take(length)
    if (length <= shortStringMax) return readShortString(this.buffer, at, length)
    return this.buffer.utf8Slice(at, at + length)
  }

  uuidAt(at: number): string {
    return readUuid(this.buffer, this.view, at)
  }

  bytes(length: number): Uint8Array {
    const at = this.take(length)
    return this.buffer.subarray(at, at + length)
  }

  /**
   * A count of elements that take `bytesMin` each on the wire and `words` each in memory: what cannot fit is refused
   * before anything is built.
   */
  count(count: number, bytesMin: number, words: number): number {
    if (count * bytesMin > this.remaining) {
      throw malformed(`an array of ${count} elements in ${this.remaining} bytes`)
    }
    this.#words += 1 + count * words
    if (this.#words > wordsMax) throw malformed('more elements than fit into memory')
    return count
  }

  /** What `read` reads; for the same bytes as the last time that is the same value, which nobody may change. */
  repeated<T>(read: (reader: Reader) => T): T {
    const { buffer, position } = this
    const last = this.#last
    if (last?.read === read && this.remaining >= last.end - last.start) {
      const end = position + last.end - last.start
      if (buffer.compare(buffer, last.start, last.end, position, end) === 0) {
        this.position = end
        return last.value as T
      }
    }
    const value = read(this)
    this.#last = { read, start: position, end: this.position, value }
    return value
  }

  /** Where the next `size` bytes begin; the reader then stands behind them. */
  take(size: number): number {
    const at = this.position
    const end = at + size
    if (size < 0 || end > this.buffer.length) {
      throw malformed(`${size} bytes wanted at ${at}, ${this.buffer.length - at} there`)
    }
    this.position = end
    return at
  }
}

type Repeated = { read: (reader: Reader) => unknown; start: number; end: number; value: unknown }

export function malformed(what: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', `malformed message: ${what}`)
}
