import type { Clock } from '../../host/clock.ts'

/** Lets callers wait for the next change of something, without a poll and without keeping them for ever. */
export class Changes {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  announce(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves with the next change, or after this time. */
  next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting.delete(end)
        cancel()
        resolve()
      }
      const cancel = this.#clock.schedule(timeoutMs, end)
      this.#waiting.add(end)
    })
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.next(1000)
  }
}
