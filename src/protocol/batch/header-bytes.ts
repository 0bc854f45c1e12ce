import { copyInto } from '../../base/bytes.ts'
import { writeVarint } from '../../base/varint.ts'
import { encodeHeaders, type Header } from './headers.ts'

const varintMax = 5

/** Headers of many records, one behind the other, as `Slices` has them. */
export class HeaderBytes {
  bytes: Buffer = Buffer.allocUnsafe(4096)
  length = 0

  clear(): void {
    this.length = 0
  }

  /** A header's key, or its value; a start of −1 is null. */
  part(source: Uint8Array, start: number, end: number): void {
    const size = start < 0 ? -1 : end - start
    this.#reserve(size + varintMax)
    this.length = writeVarint(this.bytes, this.length, size)
    if (size > 0) this.length = copyInto(this.bytes, this.length, source, start, end)
  }

  all(headers: readonly Header[]): void {
    const bytes = encodeHeaders(headers)
    this.#reserve(bytes.length)
    this.length = copyInto(this.bytes, this.length, bytes, 0, bytes.length)
  }

  #reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return
    const bigger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size))
    this.bytes.copy(bigger, 0, 0, this.length)
    this.bytes = bigger
  }
}
