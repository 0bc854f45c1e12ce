/**
 * Walks over the batches of a segment's file, in chunks. It stops at the end, and at the first thing that is no batch, and
 * then `fault` tells why.
 */
import { int32At } from '../base/bytes.ts'
import { headerSize, magicOf, sizePrefix } from '../protocol/batch/layout.ts'
import type { PooledFile } from './open-files.ts'

const chunkBytesMax = 1 << 20
/** A message of magic 0 with neither key nor value. */
export const batchLengthMin = 14

/** The place of a batch in a segment's file. */
export interface Found {
  readonly position: number
  readonly size: number
}

export interface ScanOptions {
  readonly start: number
  readonly end: number
  /** The whole batch stands in `bytes`, not only its header. */
  readonly whole: boolean
  readonly chunkBytes?: number
  /** Takes a batch of any magic and size as far as it is one, for those who look at what is broken. */
  readonly lenient?: boolean
}

export class BatchScan implements Found {
  /** The batch that `next` came to begins at `at` in `bytes`, at `position` in the file. */
  bytes: Buffer = nothing
  at = 0
  position = 0
  size = 0
  fault: string | null = null
  readonly #file: PooledFile
  readonly #end: number
  readonly #whole: boolean
  readonly #chunkBytes: number
  readonly #lenient: boolean
  #next: number
  /** What of the file stands in `bytes`. */
  #chunkStart = 0
  #chunkEnd = 0

  constructor(file: PooledFile, options: ScanOptions) {
    this.#file = file
    this.#next = options.start
    this.#end = options.end
    this.#whole = options.whole
    this.#chunkBytes = options.chunkBytes ?? chunkBytesMax
    this.#lenient = options.lenient ?? false
  }

  /** Where the batches end that `next` went over: the next one, or the fault. */
  get end(): number {
    return this.#next
  }

  next(): boolean {
    const start = this.#next
    const left = this.#end - start
    if (left === 0 || this.fault !== null) return false
    if (left < headerSizeMin) return this.#stop(`${left} bytes are too few for a batch`)
    this.#bring(start, Math.min(headerSize, left))
    const at = start - this.#chunkStart
    const batchLength = int32At(this.bytes, at + 8)
    if (batchLength < batchLengthMin) return this.#stop(`a batch of ${batchLength} bytes`)
    const magic = magicOf(this.bytes, at)
    const size = sizePrefix + batchLength
    if (!this.#lenient) {
      if (magic < 0 || magic > 2) return this.#stop(`a batch of magic ${magic}`)
      if (magic === 2 && size < headerSize) return this.#stop(`a batch of ${size} bytes`)
    }
    if (size > left) return this.#stop(`a batch of ${size} bytes, of which ${left} are there`)
    this.position = start
    this.size = size
    this.#next = start + size
    if (this.#whole) this.load()
    else this.at = at
    return true
  }

  /** Brings the rest of the batch too, where `whole` was not asked for. */
  load(): void {
    this.#bring(this.position, this.size)
    this.at = this.position - this.#chunkStart
  }

  #stop(fault: string): false {
    this.fault = fault
    return false
  }

  #bring(start: number, size: number): void {
    if (start >= this.#chunkStart && start + size <= this.#chunkEnd) return
    const wanted = Math.max(size, Math.min(this.#chunkBytes, this.#end - start))
    if (this.bytes.length < wanted) this.bytes = Buffer.allocUnsafeSlow(wanted)
    const into = this.bytes.length === wanted ? this.bytes : this.bytes.subarray(0, wanted)
    const read = this.#file.read(into, start)
    this.#chunkStart = start
    this.#chunkEnd = start + read
    // The file is shorter than it was a moment ago; what is missing must not pass for old bytes.
    if (read < size) this.bytes.fill(0, read, size)
  }
}

const headerSizeMin = 17
const nothing = Buffer.alloc(0)
