/**
 * Writes what groups want remembered and holds back what they say until it is safe. While one batch is on its way the
 * next one gathers: many commits at once are few appends.
 */
import type { CoordinatorJournal, JournalRecord } from '../journal.ts'

interface Batch {
  readonly records: JournalRecord[]
  bytes: number
  /** To be said when the records are safe. */
  readonly words: (() => void)[]
}

// Below the default max.message.bytes of the topic, with room for the headers of batch and records.
const batchBytesMax = 900_000
const recordBytesExtra = 32

export interface PenOptions {
  readonly journal: CoordinatorJournal
  readonly partition: number
  /** What was decided since the last safe batch must be forgotten. No word of it has been spoken. */
  readonly onFailure: (error: unknown) => void
}

export class Pen {
  readonly #options: PenOptions
  /** The first one is written next, or being written; the last one may be open for more. */
  #batches: Batch[] = []
  #sent: Batch | null = null
  #isWriting = false
  #idle: (() => void)[] = []

  constructor(options: PenOptions) {
    this.#options = options
  }

  /** The records of one decision, together in one batch if one can hold them. */
  write(records: readonly JournalRecord[]): void {
    const bytes = records.reduce((sum, each) => sum + sizeOf(each), 0)
    let batch = this.#batchFor(bytes)
    for (const record of records) {
      if (batch.bytes > 0 && batch.bytes + sizeOf(record) > batchBytesMax) {
        batch = this.#begin()
      }
      batch.records.push(record)
      batch.bytes += sizeOf(record)
    }
    if (!this.#isWriting) void this.#run()
  }

  /** At once if everything that was written is safe. */
  speak(words: () => void): void {
    const last = this.#batches.at(-1)
    if (last === undefined) words()
    else last.words.push(words)
  }

  /** Resolves when nothing waits to be written. */
  settled(): Promise<void> {
    if (this.#batches.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #batchFor(bytes: number): Batch {
    const last = this.#batches.at(-1)
    const isOpen = last !== undefined && last !== this.#sent
    return isOpen && last.bytes + bytes <= batchBytesMax ? last : this.#begin()
  }

  #begin(): Batch {
    const batch = { records: [], bytes: 0, words: [] }
    this.#batches.push(batch)
    return batch
  }

  async #run(): Promise<void> {
    const { journal, partition, onFailure } = this.#options
    this.#isWriting = true
    // What other requests of this moment want written comes into the same batch.
    await Promise.resolve()
    try {
      for (;;) {
        const [batch] = this.#batches
        if (batch === undefined) break
        this.#sent = batch
        await journal.append(partition, batch.records)
        this.#batches.shift()
        for (const words of batch.words) words()
      }
    } catch (error) {
      this.#batches = []
      onFailure(error)
    }
    this.#isWriting = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}

const sizeOf = ({ key, value }: JournalRecord): number =>
  key.length + (value?.length ?? 0) + recordBytesExtra
