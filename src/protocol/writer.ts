// Past this size bytes are handed to the socket as they are instead of being copied.
const copyBytesMax = 4096
const sizeInitial = 512

/**
 * Collects a message: small values in a growing buffer, large byte fields by reference, so that record batches go from
 * the file to the socket without another copy. `finish` gives the pieces in order.
 */
export class Writer {
  #buffer: Buffer
  #position = 0
  #start = 0
  #pieces: Uint8Array[] = []
  #finishedBytes = 0

  constructor(size = sizeInitial) {
    this.#buffer = Buffer.allocUnsafe(size)
  }

  get size(): number {
    return this.#finishedBytes + this.#position - this.#start
  }

  /** The pieces in order; the writer must not be used afterwards. */
  finish(): Uint8Array[] {
    this.#cut()
    return this.#pieces
  }

  /** Everything as one buffer. */
  toBuffer(): Buffer {
    const pieces = this.finish()
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer[at] = value
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer[at] = value >> 8
    this.#buffer[at + 1] = value
  }

  uint16(value: number): void {
    this.int16(value)
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    const buffer = this.#buffer
    buffer[at] = value >> 24
    buffer[at + 1] = value >> 16
    buffer[at + 2] = value >> 8
    buffer[at + 3] = value
  }

  uint32(value: number): void {
    this.int32(value | 0)
  }

  int64(value: bigint): void {
    const at = this.#reserve(8)
    this.#buffer.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#buffer.writeDoubleBE(value, at)
  }

  uuid(value: string): void {
    const at = this.#reserve(16)
    this.#buffer.base64urlWrite(value, at, 16)
  }

  uvarint(value: number): void {
    const at = this.#reserve(5)
    const buffer = this.#buffer
    let end = at
    let rest = value >>> 0
    while (rest > 0x7f) {
      buffer[end++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[end++] = rest
    this.#position = end
  }

  /** int16 length, then UTF-8. */
  string(value: string): void {
    const size = utf8Size(value)
    if (size > 0x7fff)
      throw new RangeError(`a string of ${size} bytes does not fit its int16 length`)
    this.int16(size)
    this.#text(value, size)
  }

  compactString(value: string): void {
    const size = utf8Size(value)
    this.uvarint(size + 1)
    this.#text(value, size)
  }

  raw(value: Uint8Array): void {
    if (value.length > copyBytesMax) {
      this.#cut()
      this.#pieces.push(value)
      this.#finishedBytes += value.length
      return
    }
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
  }

  #text(value: string, size: number): void {
    const at = this.#reserve(size)
    if (size === value.length) this.#buffer.latin1Write(value, at, size)
    else this.#buffer.utf8Write(value, at, size)
  }

  #reserve(size: number): number {
    const at = this.#position
    if (at + size > this.#buffer.length) return this.#grow(size)
    this.#position = at + size
    return at
  }

  #grow(size: number): number {
    const used = this.#position - this.#start
    const larger = Buffer.allocUnsafe(Math.max((used + size) * 2, sizeInitial))
    this.#buffer.copy(larger, 0, this.#start, this.#position)
    this.#buffer = larger
    this.#start = 0
    this.#position = used + size
    return used
  }

  #cut(): void {
    if (this.#position === this.#start) return
    const piece = this.#buffer.subarray(this.#start, this.#position)
    this.#pieces.push(piece)
    this.#finishedBytes += piece.length
    this.#start = this.#position
  }
}

/** Most names are short and ASCII: counting them here beats a call into the runtime. */
function utf8Size(value: string): number {
  if (value.length > 64) return Buffer.byteLength(value)
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) > 0x7f) return Buffer.byteLength(value)
  }
  return value.length
}
