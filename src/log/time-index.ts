import { int32At, int64At, setInt32, setInt64 } from '../base/bytes.ts'
import { EntryFile, lastWhere } from './entry-file.ts'
import type { OpenFiles } from './open-files.ts'

//  0           8                12
//  | timestamp | offset − base  |     int64, int32; both ascending
export const timeEntrySize = 12

const noTimestamp = -1n

/** The `.timeindex` file: the largest timestamp so far, and the last offset of the batch that brought it. */
export class TimeIndex {
  readonly entries: EntryFile

  constructor(files: OpenFiles, path: string, { fresh }: { fresh: boolean }) {
    this.entries = new EntryFile(files, path, { entrySize: timeEntrySize, fresh })
  }

  get count(): number {
    return this.entries.count
  }

  timestamp(index: number): bigint {
    const at = this.entries.seek(index)
    return int64At(this.entries.bytes, at)
  }

  offset(index: number): number {
    const at = this.entries.seek(index) + 8
    return int32At(this.entries.bytes, at)
  }

  /** −1 where there is none. */
  lastTimestamp(): bigint {
    return this.count === 0 ? noTimestamp : this.timestamp(this.count - 1)
  }

  /** The offset from which on a record of this time or later can stand. */
  lookup(timestamp: bigint): number {
    const index = lastWhere(this.count, (each) => this.timestamp(each) <= timestamp)
    return index < 0 ? 0 : this.offset(index)
  }

  /** Left out when the time has not grown. */
  append(timestamp: bigint, offset: number): void {
    if (timestamp <= this.lastTimestamp()) return
    const { count } = this
    // An offset below the last one's would be taken for a broken file; such a time is found from the entry before.
    if (count > 0 && offset < this.offset(count - 1)) return
    const at = this.entries.extend()
    setInt64(this.entries.bytes, at, timestamp)
    setInt32(this.entries.bytes, at + 8, offset)
  }

  truncateTo(offset: number): void {
    this.entries.truncate(lastWhere(this.count, (each) => this.offset(each) < offset) + 1)
  }

  fault(): string | null {
    const { count } = this
    if (this.entries.torn) return 'its size is no multiple of 12'
    if (count === 0) return null
    const last = count - 1
    if (this.offset(last) < 0) return `its last entry has the offset ${this.offset(last)}`
    if (this.timestamp(last) < this.timestamp(0)) return 'its times do not ascend'
    return null
  }
}
