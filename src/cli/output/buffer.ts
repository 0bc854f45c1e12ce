const sizeInitial = 64 * 1024
// From here on a copy in native code is faster than a loop, its call included.
const nativeCopyMin = 48

/** Text and bytes on their way to a descriptor: grows as needed, and is emptied by whoever writes it out. */
export class OutputBuffer {
  bytes: Buffer = Buffer.allocUnsafe(sizeInitial)
  length = 0

  slice(source: Uint8Array, start: number, end: number): void {
    const size = end - start
    if (this.length + size > this.bytes.length) this.#grow(size)
    const { bytes } = this
    let at = this.length
    if (size < nativeCopyMin) {
      for (let i = start; i < end; i++) bytes[at++] = source[i]!
    } else {
      bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), at)
      at += size
    }
    this.length = at
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
