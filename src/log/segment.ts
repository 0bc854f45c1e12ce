/**
 * A segment: one `.log` file with its indexes. Nothing of a sealed one is read before somebody asks.
 *
 * Offsets inside are numbers that count from the base offset. Invariant: whatever lies below `size` in the file is whole batches.
 */
import { type BatchNote, lastOffsetOf, maxTimestampOf } from './batch-facts.ts'
import { BatchScan, type Found } from './batch-scan.ts'
import { checkEnd } from './damage.ts'
import * as names from './names.ts'
import { OffsetIndex, offsetEntrySize } from './offset-index.ts'
import type { OpenFiles, PooledFile } from './open-files.ts'
import { ReadHints } from './read-hints.ts'
import { readEnd } from './segment-end.ts'
import { TimeIndex, timeEntrySize } from './time-index.ts'
import { TransactionIndex } from './transaction-index.ts'

export interface SegmentOptions {
  readonly files: OpenFiles
  readonly directory: string
  readonly baseOffset: bigint
  /** Whatever lies there under its names does not count. */
  readonly fresh: boolean
  readonly createdMs: number
  /** `.cleaned` while the cleaner writes it. */
  readonly suffix?: string
}

export const relativeOffsetMax = 0x7fffffff
const scanChunkBytes = 8192

export class Segment {
  readonly baseOffset: bigint
  readonly createdMs: number
  readonly log: PooledFile
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  readonly transactionIndex: TransactionIndex
  bytesSinceIndexEntry = 0
  /** Since it was opened: its indexes have to be completed at a clean stop. */
  changed: boolean
  readonly #files: OpenFiles
  #size: number
  #maxTimestamp: bigint | null
  #offsetOfMax = 0
  #firstTimestamp: bigint | null = null
  readonly #hints = new ReadHints()

  constructor({ files, directory, baseOffset, fresh, createdMs, suffix = '' }: SegmentOptions) {
    const path = `${directory}/${names.offsetName(baseOffset)}`
    this.baseOffset = baseOffset
    this.createdMs = createdMs
    this.#files = files
    this.log = files.file(path + names.logSuffix + suffix)
    this.offsetIndex = new OffsetIndex(files, path + names.offsetIndexSuffix + suffix, { fresh })
    this.timeIndex = new TimeIndex(files, path + names.timeIndexSuffix + suffix, { fresh })
    this.transactionIndex = new TransactionIndex(
      files,
      path + names.transactionIndexSuffix + suffix,
      { fresh },
    )
    this.changed = fresh
    this.#size = fresh ? 0 : -1
    this.#maxTimestamp = fresh ? -1n : null
    if (fresh) this.log.truncate(0)
  }

  get size(): number {
    if (this.#size < 0) this.#size = this.log.size()
    return this.#size
  }

  /** −1 where no record has a time. Of a segment that was opened, what its time index knows. */
  get maxTimestamp(): bigint {
    if (this.#maxTimestamp === null) this.#loadMaxTimestamp()
    return this.#maxTimestamp!
  }

  /** The last offset of the batch that has the largest time. */
  get offsetOfMaxTimestamp(): bigint {
    if (this.#maxTimestamp === null) this.#loadMaxTimestamp()
    return this.baseOffset + BigInt(this.#offsetOfMax)
  }

  /** The largest time of its records, or when it was last written where they have none. */
  largestTimestamp(): number {
    const { maxTimestamp } = this
    return maxTimestamp >= 0n ? Number(maxTimestamp) : this.modifiedMs()
  }

  modifiedMs(): number {
    return this.#files.disk.stat(this.log.path)?.modifiedMs ?? this.createdMs
  }

  /** The largest time of the first batch, from which `segment.ms` counts; −1 where there is none. */
  firstTimestamp(): bigint {
    if (this.#firstTimestamp === null && this.size > 0) {
      const scan = this.scan({ start: 0 })
      this.#firstTimestamp = scan.next() ? maxTimestampOf(scan.bytes, scan.at) : -1n
    }
    return this.#firstTimestamp ?? -1n
  }

  indexIsFull(indexBytes: number): boolean {
    return (
      this.offsetIndex.count >= Math.floor(indexBytes / offsetEntrySize) ||
      this.timeIndex.count >= Math.floor(indexBytes / timeEntrySize) - 1
    )
  }

  /** Appends whole batches. When it throws, the segment is as it was, or `tailIsTorn` says that it could not be. */
  append(bytes: Uint8Array): number {
    const position = this.size
    this.changed = true
    this.log.write(bytes, position)
    this.#size = position + bytes.length
    return position
  }

  /** Cuts off what a failed `append` left. */
  cutTail(): void {
    this.log.truncate(this.size)
  }

  /** Notes one of the batches that were appended: its times, and every so many bytes an entry in the indexes. */
  note(batch: BatchNote, indexIntervalBytes: number): void {
    const offset = Number(batch.lastOffset - this.baseOffset)
    if (batch.maxTimestamp > this.maxTimestamp) {
      this.#maxTimestamp = batch.maxTimestamp
      this.#offsetOfMax = offset
    }
    if (batch.position === 0) this.#firstTimestamp = batch.maxTimestamp
    if (this.bytesSinceIndexEntry > indexIntervalBytes) {
      this.offsetIndex.append(offset, batch.position)
      this.timeIndex.append(this.maxTimestamp, this.#offsetOfMax)
      this.bytesSinceIndexEntry = 0
    }
    this.bytesSinceIndexEntry += batch.size
  }

  /** The offset behind the last batch. Reads from the last index entry on. */
  readNextOffset(): bigint {
    return readEnd(this).nextOffset
  }

  /** Throws where one of them is a folder. */
  checkFiles(): void {
    for (const file of this.#all()) file.size()
  }

  /** Throws where one of them must not be written to, before anybody relies on it. The log stays open: it is the one in use. */
  openToWrite(): void {
    for (const file of this.#all()) {
      if (file !== this.log && this.#files.disk.stat(file.path) === null) continue
      file.openToWrite()
      if (file !== this.log) file.close()
    }
  }

  /** The first batch that ends at the offset or behind it; null when there is none. Throws DamagedRecords. */
  find(offset: bigint): Found | null {
    const scan = this.scanTowards(offset)
    while (scan.next()) if (lastOffsetOf(scan.bytes, scan.at) >= offset) return scan
    checkEnd(this, scan)
    return null
  }

  /** Begins at a batch that does not lie behind the offset. */
  scanTowards(offset: bigint): BatchScan {
    const relative = Number(offset - this.baseOffset)
    return this.scan({ start: relative <= 0 ? 0 : this.#startFor(relative) })
  }

  /** A reader came as far as the offset, which begins at this position. */
  hint(offset: bigint, position: number): void {
    this.#hints.note(Number(offset - this.baseOffset), position)
  }

  scan({ start, whole = false }: { start: number; whole?: boolean }): BatchScan {
    const chunk = whole ? {} : { chunkBytes: scanChunkBytes }
    return new BatchScan(this.log, { start, end: this.size, whole, ...chunk })
  }

  /** Drops everything from the offset on; returns how many bytes that were. */
  truncateTo(offset: bigint): number {
    this.changed = true
    const found = this.find(offset)
    const position = found?.position ?? this.size
    const cut = this.size - position
    if (cut > 0) this.log.truncate(position)
    this.#size = position
    const relative = Number(offset - this.baseOffset)
    this.offsetIndex.truncateTo(relative)
    this.timeIndex.truncateTo(relative)
    this.transactionIndex.truncateTo(offset)
    this.bytesSinceIndexEntry = 0
    this.#hints.forget()
    if (position === 0) this.#firstTimestamp = null
    this.#loadMaxTimestamp()
    this.#lookForLaterTimestamps()
    return cut
  }

  /** The file is shorter than we thought, or we cut it: for recovery, which then builds the indexes anew. */
  resize(size: number): void {
    if (size !== this.size) this.log.truncate(size)
    this.#size = size
  }

  /** Empties the indexes; recovery fills them again through `note`. */
  resetIndexes(): void {
    this.changed = true
    this.offsetIndex.entries.reset()
    this.timeIndex.entries.reset()
    this.#maxTimestamp = -1n
    this.#offsetOfMax = 0
    this.#firstTimestamp = null
    this.bytesSinceIndexEntry = 0
  }

  /** The last entry of the time index. */
  completeIndexes(): void {
    if (this.size > 0) this.timeIndex.append(this.maxTimestamp, this.#offsetOfMax)
  }

  /** The last entry of the time index, and what is not yet on disk of both. */
  seal(): void {
    this.completeIndexes()
    this.offsetIndex.entries.seal()
    this.timeIndex.entries.seal()
    this.changed = false
  }

  saveIndexes(): void {
    this.offsetIndex.entries.save()
    this.timeIndex.entries.save()
  }

  /** Everything of it to the medium, but for the folder. */
  async sync(): Promise<void> {
    this.saveIndexes()
    await Promise.all(this.#toSync().map((file) => file.sync()))
  }

  syncNow(): void {
    this.saveIndexes()
    for (const file of this.#toSync()) file.syncNow()
  }

  /** Gives its files, as many as have it, another suffix. */
  changeSuffix(from: string, to: string): void {
    for (const file of this.#all()) {
      if (this.#files.disk.stat(file.path) !== null) file.changeSuffix(from, to)
    }
  }

  paths(): string[] {
    return this.#all().map(({ path }) => path)
  }

  close(): void {
    for (const file of this.#all()) file.close()
  }

  #toSync(): PooledFile[] {
    const all = this.#all()
    return this.transactionIndex.needsSync ? all : all.slice(0, -1)
  }

  #all(): PooledFile[] {
    return [
      this.log,
      this.offsetIndex.entries.file,
      this.timeIndex.entries.file,
      this.transactionIndex.file,
    ]
  }

  /** The time index knows only what lies before the last entry of the offset index. */
  #lookForLaterTimestamps(): void {
    const { count } = this.offsetIndex
    const scan = this.scan({ start: count === 0 ? 0 : this.offsetIndex.position(count - 1) })
    while (scan.next()) {
      const maxTimestamp = maxTimestampOf(scan.bytes, scan.at)
      if (maxTimestamp <= this.maxTimestamp) continue
      this.#maxTimestamp = maxTimestamp
      this.#offsetOfMax = Number(lastOffsetOf(scan.bytes, scan.at) - this.baseOffset)
    }
  }

  #startFor(relative: number): number {
    const position = this.#hints.positionOf(relative)
    return position < 0 ? this.offsetIndex.lookup(relative) : position
  }

  #loadMaxTimestamp(): void {
    const { count } = this.timeIndex
    this.#maxTimestamp = count === 0 ? -1n : this.timeIndex.timestamp(count - 1)
    this.#offsetOfMax = count === 0 ? 0 : this.timeIndex.offset(count - 1)
  }
}
