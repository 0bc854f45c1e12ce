/**
 * Cuts a stream of bytes into frames: an int32 length, then so many bytes. A frame that lies whole in a chunk is handed
 * on without a copy; one that comes in many chunks is gathered in a buffer of its own size.
 */
import { Writer } from '../protocol/writer.ts'

//  0        4
//  | length | frame … |
const prefixBytes = 4
// A length is only a claim: a large frame's buffer grows with what has really come.
const trustedBytes = 1 << 20

export class FrameTooLarge extends Error {
  override name = 'FrameTooLarge'
  readonly size: number

  constructor(size: number, limit: number) {
    super(`a frame of ${size} bytes; the limit is ${limit}`)
    this.size = size
  }
}

export class FrameReader {
  readonly #bytesMax: number
  readonly #prefix = Buffer.alloc(prefixBytes)
  #prefixFilled = 0
  #frame: Buffer | null = null
  #size = 0
  #filled = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Calls `take` for every frame that is complete with this chunk. Throws FrameTooLarge; the stream is then useless. */
  push(chunk: Uint8Array, take: (frame: Uint8Array) => void): void {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let at = 0
    while (at < bytes.length) {
      if (this.#frame === null) {
        at = this.#begin(bytes, at, take)
      } else {
        at = this.#gather(bytes, at, take)
      }
    }
  }

  /** Reads the length, and hands on a frame that is already here. */
  #begin(bytes: Buffer, at: number, take: (frame: Uint8Array) => void): number {
    const wanted = prefixBytes - this.#prefixFilled
    const copied = bytes.copy(this.#prefix, this.#prefixFilled, at, at + wanted)
    this.#prefixFilled += copied
    if (this.#prefixFilled < prefixBytes) return at + copied
    this.#prefixFilled = 0
    const size = this.#prefix.readInt32BE(0)
    if (size < 0 || size > this.#bytesMax) throw new FrameTooLarge(size, this.#bytesMax)
    const start = at + copied
    if (start + size <= bytes.length) {
      take(bytes.subarray(start, start + size))
      return start + size
    }
    this.#size = size
    this.#filled = 0
    this.#frame = Buffer.allocUnsafeSlow(Math.min(size, trustedBytes))
    return start
  }

  #gather(bytes: Buffer, at: number, take: (frame: Uint8Array) => void): number {
    let frame = this.#frame!
    if (this.#filled === frame.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#size, frame.length * 4))
      frame.copy(larger, 0, 0, this.#filled)
      this.#frame = frame = larger
    }
    const copied = bytes.copy(frame, this.#filled, at)
    this.#filled += copied
    if (this.#filled === this.#size) {
      this.#frame = null
      take(frame)
    }
    return at + copied
  }
}

/** For one message; the first bytes are its frame's length, so that a small one goes to the socket as one piece. */
export function newFrame(): Writer {
  const writer = new Writer()
  writer.reserve(prefixBytes)
  return writer
}

/** Of what stands in the frame so far. */
export const frameSize = (writer: Writer): number => writer.size - prefixBytes

/** The pieces in order, the length in front; the writer must not be used afterwards. */
export function finishFrame(writer: Writer): Uint8Array[] {
  const size = frameSize(writer)
  const pieces = writer.finish()
  ;(pieces[0] as Buffer).writeInt32BE(size, 0)
  return pieces
}

/** What stands before a frame whose bytes are made elsewhere. */
export function framePrefix(size: number): Buffer {
  const prefix = Buffer.allocUnsafe(prefixBytes)
  prefix.writeInt32BE(size, 0)
  return prefix
}
