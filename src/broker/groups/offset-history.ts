/** Looks from time to time where groups and logs stand, for people who ask how lag came about. */
import type { Clock } from '../../host/clock.ts'
import type { Hosted } from '../hosted.ts'
import { type Found, type Trail, Trails } from './trails.ts'

export interface OffsetHistoryOptions {
  readonly clock: Clock
  readonly committed: () => Iterable<readonly [groupId: string, found: Found]>
  readonly hosted: () => Iterable<Hosted>
}

const lookEveryMs = 5000
/** An hour of partitions that always move; some megabytes at most. */
const limits = { trails: 2000, points: 720 }

export class OffsetHistory {
  readonly #options: OffsetHistoryOptions
  readonly #committed = new Trails(limits)
  readonly #ends = new Trails(limits)
  #cancel: () => void = () => {}

  constructor(options: OffsetHistoryOptions) {
    this.#options = options
    this.#schedule()
  }

  committed(groupId: string, since: number): Trail[] {
    return this.#committed.of(groupId, since)
  }

  /** Of the logs that this broker leads. */
  ends(since: number): Trail[] {
    return this.#ends.of('', since)
  }

  close(): void {
    this.#cancel()
  }

  #schedule(): void {
    const { clock } = this.#options
    this.#cancel = clock.schedule(lookEveryMs, () => {
      const now = clock.now()
      this.#committed.look(now, this.#options.committed())
      this.#ends.look(now, ends(this.#options.hosted()))
      this.#schedule()
    })
  }
}

function* ends(hosted: Iterable<Hosted>): Iterable<readonly [string, Found]> {
  for (const { leading, log } of hosted) {
    const { topic, partition, highWatermark } = log
    if (leading) yield ['', { topic, partition, offset: Number(highWatermark) }]
  }
}
