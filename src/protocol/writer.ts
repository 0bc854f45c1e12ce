import { writeUuid } from '../base/uuid.ts'
import { KafkaError } from './errors.ts'
import { stringBytesMax } from './reader.ts'

// Past this size bytes are handed to the socket as they are instead of being copied.
const copyBytesMax = 4096
const slabSize = 16 * 1024
// For the rest of a message that outgrows its first; larger ones would come from the system, page by page.
const slabSizeLater = 64 * 1024
const sizeInitial = 512
// Up to here characters are written one by one: cheaper than a call into the runtime.
const shortTextMax = 40

/** A buffer with its view; writers take it in turns, each going on where the one before has ended. */
interface Slab {
  buffer: Buffer
  view: DataView
  position: number
}

let idle: Slab | undefined

function slabOf(size: number): Slab {
  const buffer = Buffer.allocUnsafeSlow(size)
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, size), position: 0 }
}

/**
 * Collects a message: small values in a buffer, large byte fields by reference, so that record batches go from the file
 * to the socket without another copy. `finish` gives the pieces in order.
 */
export class Writer {
  buffer: Buffer
  view: DataView
  position: number
  #start: number
  #pieces: Uint8Array[] = []
  #finishedBytes = 0
  #last: { value: unknown; bytes: Buffer | null } | undefined

  constructor(size = sizeInitial) {
    let slab = idle
    idle = undefined
    if (slab === undefined || slab.buffer.length - slab.position < size) {
      slab = slabOf(Math.max(size, slabSize))
    }
    this.buffer = slab.buffer
    this.view = slab.view
    this.position = slab.position
    this.#start = slab.position
  }

  get size(): number {
    return this.#finishedBytes + this.position - this.#start
  }

  /** The pieces in order; the writer must not be used afterwards. */
  finish(): Uint8Array[] {
    this.#cut()
    const { buffer, view, position } = this
    // The rest goes to the next writer: a small message then costs no buffer of its own.
    if (buffer.length - position >= sizeInitial) {
      idle = { buffer, view, position }
    }
    return this.#pieces
  }

  /** Everything as one buffer. */
  toBuffer(): Buffer {
    const pieces = this.finish()
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }

  int8(value: number): void {
    const at = this.reserve(1)
    this.buffer[at] = value
  }

  int16(value: number): void {
    const at = this.reserve(2)
    this.view.setInt16(at, value)
  }

  int32(value: number): void {
    const at = this.reserve(4)
    this.view.setInt32(at, value)
  }

  uvarint(value: number): void {
    if (value < 0x80) {
      const at = this.reserve(1)
      this.buffer[at] = value
      return
    }
    let at = this.reserve(5)
    const { buffer } = this
    let rest = value >>> 0
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[at++] = rest
    this.position = at
  }

  /** int16 length, then UTF-8. */
  string(value: string): void {
    const { length } = value
    if (length <= shortTextMax) {
      const at = this.reserve(2 + length)
      if (this.#ascii(value, at + 2)) {
        this.view.setInt16(at, length)
        return
      }
      this.position = at
    }
    const size = textSize(value)
    this.int16(size)
    this.#text(value, size)
  }

  /** Unsigned varint of the length plus one, then UTF-8. */
  compactString(value: string): void {
    const { length } = value
    if (length <= shortTextMax) {
      const at = this.reserve(1 + length)
      if (this.#ascii(value, at + 1)) {
        this.buffer[at] = length + 1
        return
      }
      this.position = at
    }
    const size = textSize(value)
    this.uvarint(size + 1)
    this.#text(value, size)
  }

  /** False for a text that is not a uuid; nothing is written then. */
  uuidAt(at: number, text: string): boolean {
    return writeUuid(this.buffer, at, text)
  }

  raw(value: Uint8Array): void {
    if (value.length > copyBytesMax) {
      this.#cut()
      this.#pieces.push(value)
      this.#finishedBytes += value.length
      return
    }
    const at = this.reserve(value.length)
    this.buffer.set(value, at)
  }

  /** What `write` writes; of a value that comes again and again the bytes are copied. */
  repeated<T>(value: T, write: (writer: Writer, value: T) => void): void {
    if (this.#last?.value !== value) {
      this.#last = { value, bytes: null }
      write(this, value)
      return
    }
    if (this.#last.bytes === null) {
      const aside = new Writer()
      write(aside, value)
      this.#last.bytes = aside.toBuffer()
    }
    this.raw(this.#last.bytes)
  }

  /** Where the next `size` bytes go; `buffer` and `view` may be other ones afterwards. */
  reserve(size: number): number {
    const at = this.position
    if (at + size > this.buffer.length) return this.#grow(size)
    this.position = at + size
    return at
  }

  #ascii(value: string, at: number): boolean {
    const { buffer } = this
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return false
      buffer[at + i] = code
    }
    return true
  }

  #text(value: string, size: number): void {
    const at = this.reserve(size)
    if (size === value.length) this.buffer.latin1Write(value, at, size)
    else this.buffer.utf8Write(value, at, size)
  }

  // What has been written stays where it is, as a piece of its own, unless it is little: moving much would cost more.
  #grow(size: number): number {
    const used = this.position - this.#start
    const moved = used <= copyBytesMax ? used : 0
    if (moved === 0) this.#cut()
    const larger = slabOf(Math.max((moved + size) * 2, slabSizeLater))
    this.buffer.copy(larger.buffer, 0, this.position - moved, this.position)
    this.buffer = larger.buffer
    this.view = larger.view
    this.#start = 0
    this.position = moved + size
    return moved
  }

  #cut(): void {
    if (this.position === this.#start) return
    const piece = this.buffer.subarray(this.#start, this.position)
    this.#pieces.push(piece)
    this.#finishedBytes += piece.length
    this.#start = this.position
  }
}

function textSize(value: string): number {
  const size = Buffer.byteLength(value)
  if (size <= stringBytesMax) return size
  throw new KafkaError(
    'INVALID_REQUEST',
    `a string of ${size} bytes is longer than the ${stringBytesMax} that the protocol permits`,
  )
}
