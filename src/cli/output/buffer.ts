import { copyInto } from '../../base/bytes.ts'

const sizeInitial = 64 * 1024

/** Text and bytes on their way to a descriptor: grows as needed, and is emptied by whoever writes it out. */
export class OutputBuffer {
  bytes: Buffer = Buffer.allocUnsafe(sizeInitial)
  length = 0

  slice(source: Uint8Array, start: number, end: number): void {
    const size = end - start
    if (this.length + size > this.bytes.length) this.#grow(size)
    this.length = copyInto(this.bytes, this.length, source, start, end)
  }

  all(source: Uint8Array): void {
    this.slice(source, 0, source.length)
  }

  byte(byte: number): void {
    if (this.length === this.bytes.length) this.#grow(1)
    this.bytes[this.length++] = byte
  }

  /** Decimal, as `String` writes it. */
  integer(value: bigint): void {
    const number = Number(value)
    if (number < 0 || number > Number.MAX_SAFE_INTEGER) {
      this.text(String(value))
      return
    }
    if (this.length + digitsMax > this.bytes.length) this.#grow(digitsMax)
    const { bytes } = this
    const end = this.length + digitsOf(number)
    let at = end
    let rest = number
    // Beyond 32 bits a division is slow: two at most bring it below.
    while (rest > 0xffffffff) {
      const high = Math.floor(rest / 1e6)
      at = writeDigits(bytes, at, rest - high * 1e6, 6)
      rest = high
    }
    writeDigits(bytes, at, rest, at - this.length)
    this.length = end
  }

  /** The bytes, with room for so many behind `length`. */
  room(size: number): Buffer {
    if (this.length + size > this.bytes.length) this.#grow(size)
    return this.bytes
  }

  text(text: string): void {
    // Three bytes are the most that a UTF-16 unit takes.
    if (this.length + text.length * 3 > this.bytes.length) this.#grow(text.length * 3)
    this.length += this.bytes.write(text, this.length)
  }

  /** What was collected, and an empty buffer again. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.allocUnsafe(Math.max(sizeInitial, this.bytes.length))
    this.length = 0
    return taken
  }

  #grow(size: number): void {
    const bigger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size))
    this.bytes.copy(bigger, 0, 0, this.length)
    this.bytes = bigger
  }
}

const digitsMax = 16

function digitsOf(number: number): number {
  let digits = 1
  for (let limit = 10; number >= limit; limit *= 10) digits++
  return digits
}

/** Writes so many digits backwards from `end`, and tells where they begin. */
function writeDigits(bytes: Uint8Array, end: number, number: number, count: number): number {
  let rest = number >>> 0
  let at = end
  for (let i = 0; i < count; i++) {
    const next = (rest / 10) >>> 0
    bytes[--at] = 0x30 + rest - next * 10
    rest = next
  }
  return at
}
