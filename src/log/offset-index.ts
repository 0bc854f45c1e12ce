import { int32At, setInt32 } from '../base/bytes.ts'
import { EntryFile, lastWhere } from './entry-file.ts'
import type { OpenFiles } from './open-files.ts'

//  0                4          8
//  | offset − base  | position |      int32 each, ascending
export const offsetEntrySize = 8

/** The `.index` file: the last offset of a batch, counted from the segment's base, and where the batch begins. */
export class OffsetIndex {
  readonly entries: EntryFile

  constructor(files: OpenFiles, path: string, { fresh }: { fresh: boolean }) {
    this.entries = new EntryFile(files, path, { entrySize: offsetEntrySize, fresh })
  }

  get count(): number {
    return this.entries.count
  }

  offset(index: number): number {
    const at = this.entries.seek(index)
    return int32At(this.entries.bytes, at)
  }

  position(index: number): number {
    const at = this.entries.seek(index) + 4
    return int32At(this.entries.bytes, at)
  }

  /** Where to begin to look for an offset: at a batch that does not lie behind it. */
  lookup(offset: number): number {
    const index = lastWhere(this.count, (each) => this.offset(each) <= offset)
    return index < 0 ? 0 : this.position(index)
  }

  /** Left out when it does not lie behind the last one. */
  append(offset: number, position: number): void {
    const { count } = this
    if (count > 0 && offset <= this.offset(count - 1)) return
    const at = this.entries.extend()
    setInt32(this.entries.bytes, at, offset)
    setInt32(this.entries.bytes, at + 4, position)
  }

  /** Drops what points to the offset or behind it. */
  truncateTo(offset: number): void {
    this.entries.truncate(lastWhere(this.count, (each) => this.offset(each) < offset) + 1)
  }

  /** Why it cannot belong to a log of this size; null where it can. */
  fault(logSize: number): string | null {
    const { count } = this
    if (this.entries.torn) return 'its size is no multiple of 8'
    if (count === 0) return null
    const offset = this.offset(count - 1)
    const position = this.position(count - 1)
    if (offset < 0 || (offset === 0 && count > 1)) return `its last entry has the offset ${offset}`
    if (position >= logSize) return `it points to ${position} in a log of ${logSize} bytes`
    return null
  }
}
