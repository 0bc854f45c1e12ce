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

  /** Resolves when it holds, or after this time. */
  async until(condition: () => boolean, withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    const end = this.#clock.monotonic() + withinMs
    for (let leftMs = withinMs; leftMs > 0 && !condition(); ) {
      await this.next(Math.min(1000, leftMs))
      leftMs = end - this.#clock.monotonic()
    }
  }
}
