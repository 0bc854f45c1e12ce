import { int16At, int64At, setInt16, setInt64 } from '../base/bytes.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { OpenFiles, PooledFile } from './open-files.ts'

//  0           2            10            18           26                 34
//  | version 0 | producerId | firstOffset | lastOffset | lastStableOffset |     int16, four int64
export const transactionEntrySize = 34

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
  /** Of the abort marker. */
  readonly lastOffset: bigint
  /** Of the log, just after the marker. */
  readonly lastStableOffset: bigint
}

/** The `.txnindex` file: the aborted transactions whose marker stands in the segment. There is none where there are none. */
export class TransactionIndex {
  readonly file: PooledFile
  #bytes: Uint8Array | null
  #wasCut = false

  constructor(files: OpenFiles, path: string, { fresh }: { fresh: boolean }) {
    this.file = files.file(path)
    this.#bytes = fresh ? nothing : null
  }

  /** Also where nothing is left in it: what was cut must not be back. */
  get needsSync(): boolean {
    return this.#wasCut || this.file.size() > 0
  }

  get count(): number {
    return Math.floor(this.#load().length / transactionEntrySize)
  }

  *all(): Generator<AbortedTransaction> {
    const bytes = this.#load()
    for (let at = 0; at + transactionEntrySize <= bytes.length; at += transactionEntrySize) {
      if (int16At(bytes, at) !== 0) {
        throw new KafkaError(
          'KAFKA_STORAGE_ERROR',
          `${this.file.path} is of version ${int16At(bytes, at)}; only 0 is known`,
        )
      }
      yield {
        producerId: int64At(bytes, at + 2),
        firstOffset: int64At(bytes, at + 10),
        lastOffset: int64At(bytes, at + 18),
        lastStableOffset: int64At(bytes, at + 26),
      }
    }
  }

  /** Why it cannot belong to a segment of these offsets; null where it can. */
  fault(baseOffset: bigint, endOffset: bigint): string | null {
    const bytes = this.#load()
    if (bytes.length % transactionEntrySize !== 0) return 'its size is no multiple of 34'
    for (let at = 0; at < bytes.length; at += transactionEntrySize) {
      const lastOffset = int64At(bytes, at + 18)
      if (int16At(bytes, at) !== 0) return `it has an entry of version ${int16At(bytes, at)}`
      if (lastOffset < baseOffset || lastOffset >= endOffset) {
        return `it tells of a transaction that was aborted at offset ${lastOffset}`
      }
    }
    return null
  }

  append(transaction: AbortedTransaction): void {
    const known = this.#load()
    const bytes = Buffer.alloc(known.length + transactionEntrySize)
    bytes.set(known)
    const at = known.length
    setInt16(bytes, at, 0)
    setInt64(bytes, at + 2, transaction.producerId)
    setInt64(bytes, at + 10, transaction.firstOffset)
    setInt64(bytes, at + 18, transaction.lastOffset)
    setInt64(bytes, at + 26, transaction.lastStableOffset)
    this.file.write(bytes.subarray(at), at)
    this.#bytes = bytes
  }

  /** Drops the transactions that ended at the offset or behind it. */
  truncateTo(offset: bigint): void {
    let kept = 0
    for (const { lastOffset } of this.all()) {
      if (lastOffset >= offset) break
      kept++
    }
    const size = kept * transactionEntrySize
    const bytes = this.#load()
    if (size === bytes.length) return
    this.#cut(size)
    this.#bytes = bytes.subarray(0, size)
  }

  /** Forgets everything; the file goes with it. */
  reset(): void {
    this.file.close()
    this.#bytes = nothing
    if (this.file.size() > 0) this.#cut(0)
  }

  /** The file, even if nothing comes into it. */
  create(): void {
    this.#cut(0)
    this.#bytes = nothing
  }

  removeIfEmpty(): void {
    if (this.count > 0) return
    this.file.remove()
    this.#wasCut = false
  }

  close(): void {
    this.file.close()
  }

  #cut(size: number): void {
    this.file.truncate(size)
    this.#wasCut = true
  }

  #load(): Uint8Array {
    if (this.#bytes === null) {
      const bytes = Buffer.alloc(this.file.size())
      if (bytes.length > 0) this.file.read(bytes, 0)
      this.#bytes = bytes
    }
    return this.#bytes
  }
}

const nothing = new Uint8Array(0)
