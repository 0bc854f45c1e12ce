/** The checkpoint files of one log directory, and what they say now. */
import type { Disk } from '../host/disk.ts'
import {
  type Checkpoint,
  type CheckpointEntry,
  type CheckpointName,
  checkpointFiles,
  formatCheckpoint,
  parseCheckpoint,
} from './checkpoints.ts'

export class CheckpointFiles {
  readonly #disk: Disk
  readonly #directory: string
  readonly #texts = new Map<CheckpointName, string>()
  /** Partitions that may stand in one of them. */
  readonly #logNames = new Set<string>()

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  /** This is what the file says at the start. */
  found(name: CheckpointName, checkpoint: Checkpoint): void {
    if (checkpoint.size === 0) return
    const entries = entriesOf(checkpoint)
    this.#note(name, formatCheckpoint(entries), entries)
  }

  /** Replaces the file unless it says the same already. */
  write(name: CheckpointName, entries: readonly CheckpointEntry[]): void {
    const text = formatCheckpoint(entries)
    if (this.#texts.get(name) === text) return
    this.#disk.replaceFile(`${this.#directory}/${checkpointFiles[name]}`, Buffer.from(text))
    this.#note(name, text, entries)
  }

  /**
   * Takes a partition out of all of them. They know it by its name alone: what they say of a topic that was deleted would be taken for
   * the truth about a new one of that name, whose records then seem safe, or to lie below the log's start.
   */
  forget(logName: string): void {
    if (!this.#logNames.delete(logName)) return
    for (const [name, text] of this.#texts) {
      const checkpoint = parseCheckpoint(text, checkpointFiles[name])
      if (checkpoint.delete(logName)) this.write(name, entriesOf(checkpoint))
    }
  }

  #note(name: CheckpointName, text: string, entries: readonly CheckpointEntry[]): void {
    this.#texts.set(name, text)
    for (const { topic, partition } of entries) this.#logNames.add(`${topic}-${partition}`)
  }
}

function entriesOf(checkpoint: Checkpoint): CheckpointEntry[] {
  return [...checkpoint].map(([logName, offset]) => {
    const dash = logName.lastIndexOf('-')
    const partition = Number(logName.slice(dash + 1))
    return { topic: logName.slice(0, dash), partition, offset }
  })
}
