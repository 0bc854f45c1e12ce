/**
 * The way of one partition's records: an open batch that grows, finished ones that wait, and those that are under way.
 *
 *   open ──finish──▶ waiting ──sent──▶ under way ──answered──▶ (settled)
 *                       ▲                   │
 *                       └────── again ──────┘
 *
 * Batches are appended in their order or not at all: after a failure nothing more is sent until all that is under way is
 * answered; what has to go again then goes first.
 */
import { incrementSequence } from '../../protocol/batch/sequence.ts'
import type { BatchWriter } from '../../protocol/batch/writer.ts'
import { type Batch, type ProducerIdentity, stamp } from './batch.ts'

const epochMax = 0x7fff

export type OpenBatch = {
  readonly writer: BatchWriter
  readonly createdAt: number
  /** Records' times count from it. */
  readonly baseTimestamp: number
  readonly numbers: number[]
}

export class Lane {
  readonly topic: string
  readonly partition: number
  open: OpenBatch | null = null
  readonly waiting: Batch[] = []
  readonly underWay: Batch[] = []
  /** Before this moment of the monotonic clock nothing is sent again. */
  notBefore = 0
  #identity: ProducerIdentity | null = null
  #sequence = 0
  #order = 0
  /** Whether the broker knows our sequences: until then a batch that overtakes the first would be taken for the first. */
  #isKnown = false
  /** Places of those that were answered before an earlier one. */
  #overtook: number[] = []
  #isHeld = false
  #isToRenew = false

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get isIdle(): boolean {
    return this.open === null && this.waiting.length === 0 && this.underWay.length === 0
  }

  /** Another identity counts from now on; nothing is waiting or under way. */
  restart(): void {
    this.#identity = null
    this.#sequence = 0
    this.#isKnown = false
  }

  nextOrder(): number {
    return this.#order++
  }

  /** The next batch that may go, or null; `identity` null for a producer without one. */
  next(identity: ProducerIdentity | null, now: number, underWayMax: number): Batch | null {
    const batch = this.waiting[0]
    if (batch === undefined || now < this.notBefore) return null
    if (this.#isHeld) {
      if (this.underWay.length > 0) return null
      this.#resume()
    }
    if (identity === null) return batch
    const most = this.#isKnown ? underWayMax : 1
    if (this.underWay.length >= most) return null
    const isNew = batch.sequence < 0
    if (isNew && (this.#isRepeating || this.underWay.length + this.#overtook.length >= most)) {
      return null
    }
    this.#identity ??= identity
    return batch
  }

  /**
   * A broker knows the last five batches of a producer again. Of those behind one that is sent again some may be answered, so how many
   * are under way says nothing about how many it has; one more could make it forget the one that is repeated, and take it twice.
   * Where the leader has moved, those behind are answered while the old leader is still waited for: they count as well.
   */
  get #isRepeating(): boolean {
    return this.underWay.some(({ attempts }) => attempts > 1)
  }

  /** To be called with what `next` gave. */
  send(batch: Batch): void {
    this.waiting.shift()
    this.underWay.push(batch)
    batch.attempts++
    const identity = this.#identity
    if (identity === null || batch.sequence >= 0) return
    stamp(batch, identity, this.#sequence)
    this.#sequence = incrementSequence(this.#sequence, batch.count)
  }

  /** Whether no earlier batch than this one is unanswered. */
  isFirst(batch: Batch): boolean {
    const earlier = (each: Batch) => each.order < batch.order
    return !this.underWay.some(earlier) && !this.waiting.some(earlier)
  }

  delivered(batch: Batch): void {
    this.#leave(batch)
    this.#isKnown = true
    this.#overtook.push(batch.order)
    this.#forgetOvertaken()
  }

  /** Back into the queue at its place. */
  again(batch: Batch, { renew }: { renew: boolean }): void {
    this.#leave(batch)
    this.#enqueue(batch)
    this.#isHeld = true
    if (renew) this.#isToRenew = true
  }

  /** In place of a batch that the broker did not take come its halves, with the sequences of the whole. */
  replace(batch: Batch, halves: readonly Batch[]): void {
    this.#leave(batch)
    let { sequence } = batch
    for (const half of halves) {
      if (sequence >= 0 && batch.identity !== null) {
        stamp(half, batch.identity, sequence)
        sequence = incrementSequence(sequence, half.count)
      }
      this.#enqueue(half)
    }
    this.#isHeld = true
  }

  /**
   * The batch is given up; whether its sequences leave a gap only the broker knows: it may have the records without our having
   * heard of it. Those behind it keep theirs, so that it knows them again; if there is a gap, it says so (KIP-360).
   */
  abandon(batch: Batch): void {
    this.#leave(batch)
    const at = this.waiting.indexOf(batch)
    if (at >= 0) this.waiting.splice(at, 1)
    if (batch.sequence >= 0) this.#isHeld = true
    this.#forgetOvertaken()
  }

  #forgetOvertaken(): void {
    const [next] = this.waiting
    const unanswered = this.underWay.map(({ order }) => order)
    if (next !== undefined && next.sequence >= 0) unanswered.push(next.order)
    const first = Math.min(...unanswered)
    this.#overtook = this.#overtook.filter((order) => order > first)
  }

  #leave(batch: Batch): void {
    const at = this.underWay.indexOf(batch)
    if (at >= 0) this.underWay.splice(at, 1)
  }

  #enqueue(batch: Batch): void {
    const at = this.waiting.findIndex((each) => each.order > batch.order)
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, batch)
  }

  #resume(): void {
    this.#isHeld = false
    if (!this.#isToRenew) return
    this.#isToRenew = false
    // A gap within a transaction stays one: it can only be aborted.
    if (this.#identity?.isTransactional === true) return
    const { id, epoch } = this.#identity ?? { id: -1n, epoch: epochMax }
    // An id whose epochs are used up is of no more use to this partition; the producer asks for another one.
    this.#identity = epoch === epochMax ? null : { id, epoch: epoch + 1 }
    this.#sequence = 0
    this.#isKnown = false
    this.#overtook = []
    for (const batch of this.waiting) batch.sequence = -1
  }
}
