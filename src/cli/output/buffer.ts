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
