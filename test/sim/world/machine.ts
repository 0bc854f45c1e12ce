/**
 * A machine of the simulated world: a clock that may run fast or slow, a process that may stand still or end. Whatever happens
 * to a process goes through here, so that a dead one hears nothing any more and a paused one hears it later.
 */
import type { Cancel, Clock } from '../../../src/host/clock.ts'
import type { WorldTime } from './time.ts'

/** Tells the processes of a machine apart, one after the other. */
export interface Life {
  dead: boolean
}

export class Machine implements Clock {
  readonly name: string
  readonly #time: WorldTime
  /** How fast its clock runs. */
  readonly #rate: number
  life: Life = { dead: false }
  /** So often code of its process has run: where this is as it was, all of the process is. */
  turns = 0
  #isPaused = false
  #missed: (() => void)[] = []

  constructor(name: string, time: WorldTime, rate = 1) {
    this.name = name
    this.#time = time
    this.#rate = rate
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  now(): number {
    return Math.floor(1_800_000_000_000 + this.monotonic())
  }

  monotonic(): number {
    return this.#time.now * this.#rate
  }

  schedule(delayMs: number, run: () => void): Cancel {
    return this.after(Math.max(0, delayMs) / this.#rate, run)
  }

  /** Runs in the process that lives now, after so much of the world's time, if that process still lives then. */
  after(worldMs: number, run: () => void): Cancel {
    const { life } = this
    let isCancelled = false
    const take = () => {
      if (life.dead || isCancelled) return
      if (this.#isPaused) return void this.#missed.push(take)
      this.turns++
      run()
    }
    const cancel = this.#time.after(worldMs, take)
    return () => {
      isCancelled = true
      cancel()
    }
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    for (const take of this.#missed.splice(0)) this.#time.after(0, take)
  }

  /** The process ends here and now. */
  end(): void {
    this.life.dead = true
    this.turns++
    this.#isPaused = false
    this.#missed = []
  }

  begin(): void {
    this.life = { dead: false }
  }
}
