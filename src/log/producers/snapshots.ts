/** The `.snapshot` files of a partition: the state of its producers before the offset that names the file. */
import { ascending } from '../../base/bigint.ts'
import type { Disk } from '../../host/disk.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { decodeProducerSnapshot, encodeProducerSnapshot } from '../../protocol/records/files.ts'
import { deletedSuffix, offsetName, snapshotSuffix } from '../names.ts'
import type { ProducerState } from './producer-state.ts'

export class ProducerSnapshots {
  readonly #disk: Disk
  readonly #directory: string
  /** Ascending. */
  #offsets: bigint[]
  #unsynced = new Set<bigint>()
  /** Files that count for nothing. */
  readonly #doubted = new Set<bigint>()

  constructor(disk: Disk, directory: string, offsets: readonly bigint[]) {
    this.#disk = disk
    this.#directory = directory
    this.#offsets = [...offsets].sort(ascending)
  }

  get offsets(): readonly bigint[] {
    return this.#offsets
  }

  path(offset: bigint): string {
    return `${this.#directory}/${offsetName(offset)}${snapshotSuffix}`
  }

  /** Writes one unless there is one at that offset; true if it did. */
  take(state: ProducerState): boolean {
    const { endOffset } = state
    if (endOffset <= (this.#offsets.at(-1) ?? 0n)) return false
    const bytes = encodeProducerSnapshot(state.snapshot())
    const path = this.path(endOffset)
    const isThere = this.#doubted.delete(endOffset) && bytes.equals(this.#disk.readFile(path))
    if (!isThere) this.#disk.writeFile(path, bytes)
    this.#offsets.push(endOffset)
    this.#unsynced.add(endOffset)
    return true
  }

  async sync(): Promise<void> {
    for (const offset of this.#takeUnsynced()) {
      // It may have been removed while another one was synced.
      if (!this.#offsets.includes(offset)) continue
      const file = this.#disk.open(this.path(offset), 'write')
      try {
        await file.sync()
      } finally {
        file.close()
      }
    }
  }

  syncNow(): void {
    for (const offset of this.#takeUnsynced()) {
      const file = this.#disk.open(this.path(offset), 'write')
      try {
        file.syncNow()
      } finally {
        file.close()
      }
    }
  }

  #takeUnsynced(): bigint[] {
    const taken = [...this.#unsynced].filter((offset) => this.#offsets.includes(offset))
    this.#unsynced.clear()
    return taken
  }

  /** Restores the newest state at or below the offset that can be read; ones that cannot be read are removed. */
  restore(state: ProducerState, upTo: bigint): { found: boolean; unreadable: string[] } {
    const unreadable: string[] = []
    for (let index = this.#offsets.length - 1; index >= 0; index--) {
      const offset = this.#offsets[index]!
      if (offset > upTo) continue
      const path = this.path(offset)
      try {
        state.restore(decodeProducerSnapshot(this.#disk.readFile(path)), offset)
        return { found: true, unreadable }
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        unreadable.push(`${path}: ${error.message}`)
        this.remove(offset)
      }
    }
    state.clear()
    return { found: false, unreadable }
  }

  remove(offset: bigint): void {
    this.#disk.remove(this.path(offset))
    this.#offsets = this.#offsets.filter((each) => each !== offset)
  }

  /**
   * Those above the offset count no more, until one is taken there again; `removeDoubted` removes the others. A file that is made again
   * right after it was removed costs a file system a long search for a place.
   */
  doubtAbove(offset: bigint): void {
    for (const each of this.#offsets) if (each > offset) this.#doubted.add(each)
    this.#offsets = this.#offsets.filter((each) => each <= offset)
  }

  removeDoubted(): void {
    for (const offset of this.#doubted) this.#disk.remove(this.path(offset))
    this.#doubted.clear()
  }

  removeWhere(holds: (offset: bigint) => boolean): void {
    for (const offset of this.#offsets.filter(holds)) this.remove(offset)
  }

  /** Puts it out of use with the segment that begins there; returns the path to remove later. */
  markDeleted(offset: bigint): string | null {
    if (!this.#offsets.includes(offset)) return null
    const path = this.path(offset)
    this.#disk.rename(path, path + deletedSuffix)
    this.#offsets = this.#offsets.filter((each) => each !== offset)
    return path + deletedSuffix
  }

  /** Keeps those at which a segment begins, and the newest if it lies behind the last of them. */
  removeStrays(segmentBases: ReadonlySet<bigint>): void {
    let newest = -1n
    for (const base of segmentBases) if (base > newest) newest = base
    const last = this.#offsets.findLast((offset) => !segmentBases.has(offset))
    const kept = last !== undefined && last >= newest ? last : undefined
    this.removeWhere((offset) => !segmentBases.has(offset) && offset !== kept)
  }
}
