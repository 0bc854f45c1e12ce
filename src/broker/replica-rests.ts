/** Replicas whose leader has answered with an error, and when each of them asks again. No clock: whoever asks says what time it is. */
import type { ErrorName } from '../protocol/errors.ts'

/** The leader has not heard yet what the replica knows already: within moments it will have. */
const passing: readonly ErrorName[] = [
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
]
const firstMs = 20

export class ReplicaRests {
  readonly #rests = new Map<string, { until: number; count: number }>()

  /** What passes by itself is tried again soon, and each time after twice as long; anything else after `backoffMs`. */
  begin(name: string, error: ErrorName, { now, backoffMs }: { now: number; backoffMs: number }) {
    const count = (this.#rests.get(name)?.count ?? 0) + 1
    const soonMs = firstMs * 2 ** Math.min(count - 1, 16)
    const restMs = passing.includes(error) ? Math.min(soonMs, backoffMs) : backoffMs
    this.#rests.set(name, { until: now + restMs, count })
  }

  /** The leader has answered well, or another one is asked from now on. */
  end(name: string): void {
    this.#rests.delete(name)
  }

  isResting(name: string, now: number): boolean {
    return (this.#rests.get(name)?.until ?? now) > now
  }

  /** In how many ms the first one has rested enough; null: none of them rests. */
  soonestMs(now: number): number | null {
    let soonest: number | null = null
    for (const { until } of this.#rests.values()) {
      const leftMs = until - now
      if (leftMs > 0 && leftMs < (soonest ?? Number.POSITIVE_INFINITY)) soonest = leftMs
    }
    return soonest
  }
}
