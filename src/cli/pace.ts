import { type Clock, pause } from '../host/clock.ts'

/** How long to wait, so that after `done` of so many things a second no more are done than there is time for. */
export function waitMs(done: number, elapsedMs: number, perSecond: number): number {
  if (perSecond <= 0) return 0
  return Math.max(0, (done * 1000) / perSecond - elapsedMs)
}

/** Keeps a pace, as Kafka's ThroughputThrottler: what was done before the last one must have had its time. −1 is none. */
export class Pace {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #beganAt: number

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#beganAt = clock.monotonic()
  }

  async keep(before: number): Promise<void> {
    const ms = waitMs(before, this.#clock.monotonic() - this.#beganAt, this.#perSecond)
    if (ms >= 1) await pause(this.#clock, ms)
  }
}
