import type { PartitionLog } from '../log/partition-log.ts'
import {
  newPartition,
  type Partition,
  type PartitionEffect,
  type PartitionEvent,
  step,
} from '../partition/partition.ts'

/** A replica that lies in this broker: its log, what it knows of its peers, and who waits for it. */
export class Hosted {
  readonly log: PartitionLog
  readonly state: Partition
  readonly #waiters = new Set<() => void>()

  constructor(brokerId: number, log: PartitionLog) {
    this.log = log
    const { logEndOffset, highWatermark } = log
    this.state = newPartition(brokerId, { logEndOffset, highWatermark })
  }

  get leading(): boolean {
    return this.state.role === 'leading'
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

  wake(): void {
    for (const look of [...this.#waiters]) look()
  }
}
