import type { Clock } from '../../host/clock.ts'

/** Lets one wait until something has happened; what happened while nobody waited is not lost. */
export class Signal {
  readonly #clock: Clock
  #isRaised = false
  #wake: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  raise(): void {
    this.#isRaised = true
    this.#wake?.()
  }

  /** Resolves at the next `raise`, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        this.#wake = null
        this.#isRaised = false
        resolve()
      }
      const cancel = this.#clock.schedule(timeoutMs, done, { keepAlive: true })
      if (this.#isRaised) done()
      else this.#wake = done
    })
  }
}
