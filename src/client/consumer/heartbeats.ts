import type { Cancel, Clock } from '../../host/clock.ts'

/** Runs something again and again, each time so long after the last one has ended; one that was stopped ends by itself. */
export class Heartbeats {
  readonly #clock: Clock
  readonly #beat: () => Promise<number>
  #cancel: Cancel = () => {}
  #turn = 0

  /** `beat` tells in how many milliseconds it wants to run next. */
  constructor(clock: Clock, beat: () => Promise<number>) {
    this.#clock = clock
    this.#beat = beat
  }

  start(delayMs: number): void {
    this.stop()
    this.#schedule(delayMs, this.#turn)
  }

  stop(): void {
    this.#turn++
    this.#cancel()
  }

  #schedule(delayMs: number, turn: number): void {
    this.#cancel = this.#clock.schedule(
      delayMs,
      () => {
        this.#beat().then((nextMs) => {
          if (turn === this.#turn) this.#schedule(nextMs, turn)
        })
      },
      { keepAlive: true },
    )
  }
}
