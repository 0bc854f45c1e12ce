import type { PartitionLog } from '../log/partition-log.ts'
import type { MovePhase } from '../partition/directory-move.ts'
import {
  newPartition,
  type Partition,
  type PartitionEffect,
  type PartitionEvent,
  step,
} from '../partition/partition.ts'

/** The replica goes to another log directory: a copy of its log is being made there. */
export interface DirectoryMove {
  readonly future: PartitionLog
  phase: MovePhase
}

/** A replica that lies in this broker: its log, what it knows of its peers, and who waits for it. */
export class Hosted {
  readonly state: Partition
  move: DirectoryMove | null = null
  /** When it has moved to another directory, this is another one: who waits for something looks anew. */
  #log: PartitionLog
  readonly #waiters = new Set<() => void>()

  constructor(brokerId: number, log: PartitionLog) {
    this.#log = log
    const { logEndOffset, highWatermark } = log
    this.state = newPartition(brokerId, { logEndOffset, highWatermark })
  }

  get log(): PartitionLog {
    return this.#log
  }

  get leading(): boolean {
    return this.state.role === 'leading'
  }

  /** The same records, in another directory; all of them are on the medium there. */
  moved(log: PartitionLog): void {
    this.#log = log
    this.move = null
    this.wake()
  }

  /** What the leader does not have goes; from a copy that is being made, too. */
  truncateTo(offset: bigint): void {
    this.#log.truncateTo(offset)
    this.#ofCopy((future) => future.truncateTo(offset))
  }

  restartAt(offset: bigint): void {
    this.#log.restartAt(offset)
    this.#ofCopy((future) => future.restartAt(offset))
  }

  /** One turn of the core; what the log has to know is done here, the rest is for the caller. */
  turn(event: PartitionEvent, now: number): PartitionEffect[] {
    const effects = step(this.state, event, now)
    let wake = false
    for (const effect of effects) {
      if (effect.kind === 'high-watermark') this.log.advanceHighWatermark(effect.offset)
      wake = true
    }
    if (wake || event.kind === 'appended') this.wake()
    return effects
  }

  /** Calls `look` after every change until it is taken back. */
  watch(look: () => void): () => void {
    this.#waiters.add(look)
    return () => this.#waiters.delete(look)
  }

  wake = (): void => {
    for (const look of [...this.#waiters]) look()
  }

  /** What waits for a flush here; where the replica moved to another directory meanwhile, all of it was flushed there. */
  flushed(flush: Promise<void>): Promise<void> {
    const log = this.#log
    return flush.catch((error) => {
      if (this.#log === log) throw error
    })
  }

  /** Its directory may fail alone: that ends the move, not the replica. */
  #ofCopy(work: (future: PartitionLog) => void): void {
    if (this.move === null || this.move.future.offline) return
    try {
      work(this.move.future)
    } catch (error) {
      if (!this.move.future.offline) throw error
    }
  }
}
