/**
 * Entries of one size in a file. While it grows they stand in one buffer as well; a sealed one is read where it is looked
 * at, so that an index of gigabytes of log costs no memory.
 */
import type { Disk } from '../host/disk.ts'
import type { OpenFiles, PooledFile } from './open-files.ts'

const windowBytes = 4096
const capacityFirst = 1024

/** The place in `bytes` of the entry that `seek` went to. */
export class EntryFile {
  readonly file: PooledFile
  readonly entrySize: number
  bytes: Buffer = nothing
  readonly #disk: Disk
  #count: number
  #growing: boolean
  #saved: number
  #windowStart = 0
  #windowEnd = 0

  /** `fresh`: nothing is there yet, and what is there all the same counts for nothing. */
  constructor(files: OpenFiles, path: string, { entrySize, fresh }: Opening) {
    this.file = files.file(path)
    this.#disk = files.disk
    this.entrySize = entrySize
    this.#growing = fresh
    this.#count = fresh ? 0 : -1
    this.#saved = fresh ? -1 : 0
  }

  get count(): number {
    if (this.#count < 0) this.#count = Math.floor(this.file.size() / this.entrySize)
    return this.#count
  }

  /** Whether the file is not made of whole entries. While it grows, what is in the file does not count yet. */
  get torn(): boolean {
    return !this.#growing && this.file.size() % this.entrySize !== 0
  }

  /** Where entry `index` stands in `bytes`, until the next call. */
  seek(index: number): number {
    if (this.#growing) return index * this.entrySize
    if (index < this.#windowStart || index >= this.#windowEnd) this.#readWindow(index)
    return (index - this.#windowStart) * this.entrySize
  }

  /** Room for one more entry at the end: its place in `bytes`, to be written at once. */
  extend(): number {
    this.grow()
    const at = this.#count * this.entrySize
    if (at + this.entrySize > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(capacityFirst * this.entrySize, 2 * this.bytes.length))
      this.bytes.copy(larger, 0, 0, at)
      this.bytes = larger
    }
    this.#count++
    return at
  }

  /** Takes all entries into memory, to go on behind them. */
  grow(): void {
    if (this.#growing) return
    const { count } = this
    const bytes = Buffer.alloc(Math.max(count, 1) * this.entrySize)
    if (count > 0) this.file.read(bytes, 0)
    this.bytes = bytes
    this.#growing = true
    this.#saved = count
  }

  /** Drops the entries from `count` on. */
  truncate(count: number): void {
    if (count >= this.count) return
    this.grow()
    this.#count = count
    this.#saved = -1
  }

  /** Begins anew; what is in the file does not count, whatever it is. */
  reset(): void {
    this.#growing = true
    this.#count = 0
    this.#saved = -1
  }

  /** Writes what is not yet in the file; it is not synced. */
  save(): void {
    if (!this.#growing || this.#saved === this.#count) return
    if (this.#saved < 0) this.file.truncate(0)
    const from = Math.max(this.#saved, 0) * this.entrySize
    const to = this.#count * this.entrySize
    if (to > from) this.file.write(this.bytes.subarray(from, to), from)
    this.#saved = this.#count
  }

  /** Whole or not at all, and on the medium: for entries that were missing, and that nobody would look at again. */
  replace(): void {
    this.grow()
    this.file.close()
    this.#disk.replaceFile(this.file.path, this.bytes.subarray(0, this.#count * this.entrySize))
    this.#saved = this.#count
  }

  /** Writes everything and lets go of the memory. */
  seal(): void {
    this.save()
    this.#growing = false
    this.bytes = nothing
    this.#windowStart = this.#windowEnd = 0
  }

  close(): void {
    this.file.close()
  }

  #readWindow(index: number): void {
    const perWindow = Math.floor(windowBytes / this.entrySize)
    const start = index - (index % perWindow)
    const end = Math.min(start + perWindow, this.count)
    const bytes = Buffer.allocUnsafe((end - start) * this.entrySize)
    this.file.read(bytes, start * this.entrySize)
    this.bytes = bytes
    this.#windowStart = start
    this.#windowEnd = end
  }
}

export interface Opening {
  readonly entrySize: number
  readonly fresh: boolean
}

const nothing = Buffer.alloc(0)

/** The last of `count` ascending entries of which `holds` is true; −1 where it is true of none. */
export function lastWhere(count: number, holds: (index: number) => boolean): number {
  let low = -1
  let high = count - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
