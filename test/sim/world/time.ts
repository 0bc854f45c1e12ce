/** The world's time: what is to happen, in its order. It moves from one happening to the next. */
import type { Cancel } from '../../../src/host/clock.ts'

interface Happening {
  readonly at: number
  readonly order: number
  run: (() => void) | null
}

export class WorldTime {
  now = 0
  /** So many things have happened. */
  steps = 0
  readonly #queue: Happening[] = []
  #order = 0

  after(delayMs: number, run: () => void): Cancel {
    const happening: Happening = { at: this.now + delayMs, order: this.#order++, run }
    this.#push(happening)
    return () => {
      happening.run = null
    }
  }

  /** Lets the next thing happen, if it is due by then; false if nothing is. */
  step(until: number): boolean {
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || next.at > until) {
        this.now = until
        return false
      }
      this.#pop()
      if (next.run === null) continue
      this.now = next.at
      this.steps++
      next.run()
      return true
    }
  }

  #push(item: Happening): void {
    const queue = this.#queue
    let i = queue.push(item) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!isBefore(item, queue[parent]!)) break
      queue[i] = queue[parent]!
      i = parent
    }
    queue[i] = item
  }

  #pop(): void {
    const queue = this.#queue
    const last = queue.pop()!
    if (queue.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= queue.length) break
      if (child + 1 < queue.length && isBefore(queue[child + 1]!, queue[child]!)) child++
      if (!isBefore(queue[child]!, last)) break
      queue[i] = queue[child]!
      i = child
    }
    queue[i] = last
  }
}

const isBefore = (one: Happening, other: Happening): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)
