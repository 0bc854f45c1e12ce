/**
 * Writes what a coordinator wants remembered and holds back what it says until it is safe. While one batch is on its way the
 * next one gathers: many commits at once are few appends.
 */
import type { CoordinatorJournal, JournalProducer, JournalRecord } from '../journal.ts'

interface Batch {
  /** In whose transaction; undefined: in none. */
  readonly producer: JournalProducer | undefined
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
  write(records: readonly JournalRecord[], producer?: JournalProducer): void {
    const bytes = records.reduce((sum, each) => sum + sizeOf(each), 0)
    let batch = this.#batchFor(bytes, producer)
    for (const record of records) {
      if (batch.bytes > 0 && batch.bytes + sizeOf(record) > batchBytesMax) {
        batch = this.#begin(producer)
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

  #batchFor(bytes: number, producer: JournalProducer | undefined): Batch {
    const last = this.#batches.at(-1)
    const isOpen = last !== undefined && last !== this.#sent && isSame(last.producer, producer)
    return isOpen && last.bytes + bytes <= batchBytesMax ? last : this.#begin(producer)
  }

  #begin(producer: JournalProducer | undefined): Batch {
    const batch = { producer, records: [], bytes: 0, words: [] }
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
        await journal.append(partition, batch.records, batch.producer)
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

const isSame = (one?: JournalProducer, other?: JournalProducer): boolean =>
  one?.producerId === other?.producerId && one?.producerEpoch === other?.producerEpoch

const sizeOf = ({ key, value }: JournalRecord): number =>
  key.length + (value?.length ?? 0) + recordBytesExtra
