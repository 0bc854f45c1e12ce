/**
 * Where each leader epoch begins (KIP-101, KIP-279): what tells two logs how far they agree. Both columns ascend.
 *
 *   leader-epoch-checkpoint:  "0" LF, number of entries LF, then a line "epoch startOffset" each
 */
import type { Disk } from '../host/disk.ts'
import { baseOffsetOf } from '../protocol/batch/layout.ts'
import { KafkaError } from '../protocol/errors.ts'
import { leaderEpochOf } from './batch-facts.ts'

export interface EpochStart {
  readonly epoch: number
  readonly startOffset: bigint
}

export const leaderEpochFile = 'leader-epoch-checkpoint'
const undefinedEpoch = -1
const undefinedOffset = -1n

/**
 * The file is written when the partition is flushed, not when an epoch begins: what is not flushed is read again after a crash, and
 * batches tell their epoch. A broker that begins to lead a thousand partitions would else wait for two thousand syncs.
 */
export class LeaderEpochs {
  dirty = false
  readonly #disk: Disk
  readonly #path: string
  #entries: EpochStart[]

  constructor(disk: Disk, path: string, entries: readonly EpochStart[] = []) {
    this.#disk = disk
    this.#path = path
    this.#entries = [...entries]
  }

  static open(disk: Disk, path: string): LeaderEpochs {
    if (disk.stat(path) === null) return new LeaderEpochs(disk, path)
    return new LeaderEpochs(
      disk,
      path,
      parseEpochs(Buffer.from(disk.readFile(path)).toString(), path),
    )
  }

  all(): readonly EpochStart[] {
    return this.#entries
  }

  /** −1 where nothing is known. */
  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? undefinedEpoch
  }

  /** The first offset of an epoch that begins. What an earlier entry says against it is dropped. */
  assign(epoch: number, startOffset: bigint): void {
    const last = this.#entries.at(-1)
    if (last !== undefined && last.epoch === epoch && startOffset >= last.startOffset) return
    while (this.#entries.length > 0) {
      const { epoch: known, startOffset: start } = this.#entries.at(-1)!
      if (known < epoch && start < startOffset) break
      this.#entries.pop()
    }
    this.#entries.push({ epoch, startOffset })
    this.dirty = true
  }

  /**
   * A batch lies there now, at the log's end. An epoch in which this broker led and wrote nothing began there too, and holds nothing:
   * it would else pass for the epoch of what its next leader has.
   */
  noteBatch(batches: Uint8Array, at: number): void {
    const epoch = leaderEpochOf(batches, at)
    if (epoch === this.latest || epoch < 0) return
    const baseOffset = baseOffsetOf(batches, at)
    if (epoch < this.latest) this.truncateFromEnd(baseOffset)
    if (epoch > this.latest) this.assign(epoch, baseOffset)
  }

  /** The largest known epoch that is not above the one asked for, and where it ends; −1 and −1 where that cannot be told. */
  endOffset(asked: number, logEndOffset: bigint): { leaderEpoch: number; endOffset: bigint } {
    const unknown = { leaderEpoch: undefinedEpoch, endOffset: undefinedOffset }
    if (asked === undefinedEpoch) return unknown
    if (asked === this.latest) return { leaderEpoch: asked, endOffset: logEndOffset }
    const higher = this.#entries.findIndex(({ epoch }) => epoch > asked)
    if (higher < 0) return unknown
    // Below all known epochs: what came before is gone, and a follower has to begin at our start.
    const leaderEpoch = higher === 0 ? asked : this.#entries[higher - 1]!.epoch
    return { leaderEpoch, endOffset: this.#entries[higher]!.startOffset }
  }

  /** The epoch in which the offset was written; −1 where it is unknown. */
  epochAt(offset: bigint): number {
    let found = undefinedEpoch
    for (const { epoch, startOffset } of this.#entries) {
      if (startOffset > offset) break
      found = epoch
    }
    return found
  }

  truncateFromEnd(endOffset: bigint): void {
    const kept = this.#entries.filter(({ startOffset }) => startOffset < endOffset)
    if (kept.length === this.#entries.length) return
    this.#entries = kept
    this.dirty = true
  }

  /** The epoch that holds the new start begins there. */
  truncateFromStart(startOffset: bigint): void {
    const first = this.#entries.findLastIndex((each) => each.startOffset <= startOffset)
    if (first < 0 || (first === 0 && this.#entries[0]!.startOffset === startOffset)) return
    const { epoch } = this.#entries[first]!
    this.#entries = [{ epoch, startOffset }, ...this.#entries.slice(first + 1)]
    this.dirty = true
  }

  clear(): void {
    if (this.#entries.length === 0) return
    this.#entries = []
    this.dirty = true
  }

  /** Safe once the folder is synced too. A log that is no longer wanted may have been deleted, and its folder's name given to another. */
  async save(isWanted: () => boolean): Promise<void> {
    this.dirty = false
    try {
      await this.#disk.replaceFileLater(this.#path, this.#text(), isWanted)
    } catch (error) {
      this.dirty = true
      throw error
    }
  }

  saveNow(): void {
    this.#disk.replaceFile(this.#path, this.#text())
    this.dirty = false
  }

  #text(): Uint8Array {
    return Buffer.from(formatEpochs(this.#entries))
  }
}

export function formatEpochs(entries: readonly EpochStart[]): string {
  const lines = entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}\n`)
  return `0\n${entries.length}\n${lines.join('')}`
}

export function parseEpochs(text: string, path: string): EpochStart[] {
  if (text === '') return []
  const [version, count, ...lines] = text.split('\n')
  const entries = lines.filter((line) => line !== '').map((line) => entryOf(line, path))
  if (version !== '0' || Number(count) !== entries.length) throw malformed(path)
  return entries
}

function entryOf(line: string, path: string): EpochStart {
  const match = /^(\d+) (\d+)$/.exec(line)
  if (match === null) throw malformed(path)
  return { epoch: Number(match[1]), startOffset: BigInt(match[2]!) }
}

function malformed(path: string): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${path} is not what it should be: "0", the number of entries, and that many lines "epoch startOffset"; move it away, and a new one is begun`,
  )
}
