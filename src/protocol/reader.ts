import { KafkaError } from './errors.ts'

/** Reads the types of the wire from one buffer; whatever does not fit inside it is a malformed message. */
export class Reader {
  readonly buffer: Buffer
  position: number

  constructor(bytes: Uint8Array, position = 0) {
    this.buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.position = position
  }

  get remaining(): number {
    return this.buffer.length - this.position
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    const at = this.take(1)
    return (this.buffer[at]! << 24) >> 24
  }

  int16(): number {
    const at = this.take(2)
    return (((this.buffer[at]! << 8) | this.buffer[at + 1]!) << 16) >> 16
  }

  uint16(): number {
    const at = this.take(2)
    return (this.buffer[at]! << 8) | this.buffer[at + 1]!
  }

  int32(): number {
    const at = this.take(4)
    const { buffer } = this
    return (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8))
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8))
  }

  uuid(): string {
    const at = this.take(16)
    return this.buffer.base64urlSlice(at, at + 16)
  }

  uvarint(): number {
    const { buffer } = this
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = buffer[this.take(1)]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw malformed('a varint of more than 5 bytes')
  }

  string(length: number): string {
    const at = this.take(length)
    return length === 0 ? '' : this.buffer.utf8Slice(at, at + length)
  }

  bytes(length: number): Uint8Array {
    const at = this.take(length)
    return this.buffer.subarray(at, at + length)
  }

  /** A count of elements that take `elementSizeMin` bytes each: what cannot fit is refused before anything is built. */
  count(count: number, elementSizeMin: number): number {
    if (count * elementSizeMin > this.remaining) {
      throw malformed(`an array of ${count} elements in ${this.remaining} bytes`)
    }
    return count
  }

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

export function malformed(what: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', `malformed message: ${what}`)
}
