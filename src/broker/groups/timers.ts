/** The timers of one partition's groups. Moving one to a later time costs nothing: it looks again when it fires. */
import type { Cancel, Clock } from '../../host/clock.ts'

interface Timer {
  /** On the monotonic clock, as `scheduledFor`. */
  due: number
  scheduledFor: number
  cancel: Cancel
}

export class Timers {
  readonly #clock: Clock
  readonly #fire: (groupId: string, timer: string) => void
  readonly #groups = new Map<string, Map<string, Timer>>()

  constructor(clock: Clock, fire: (groupId: string, timer: string) => void) {
    this.#clock = clock
    this.#fire = fire
  }

  arm(groupId: string, name: string, delayMs: number): void {
    const due = this.#clock.monotonic() + delayMs
    const known = this.#groups.get(groupId)?.get(name)
    if (known !== undefined && known.scheduledFor <= due) {
      known.due = due
      return
    }
    known?.cancel()
    this.#schedule(groupId, name, due)
  }

  isArmed(groupId: string, name: string): boolean {
    return this.#groups.get(groupId)?.has(name) ?? false
  }

  disarm(groupId: string, name: string): void {
    const timers = this.#groups.get(groupId)
    timers?.get(name)?.cancel()
    timers?.delete(name)
    if (timers?.size === 0) this.#groups.delete(groupId)
  }

  clear(): void {
    for (const timers of this.#groups.values()) {
      for (const { cancel } of timers.values()) cancel()
    }
    this.#groups.clear()
  }

  #schedule(groupId: string, name: string, due: number): void {
    const delayMs = Math.ceil(due - this.#clock.monotonic())
    const cancel = this.#clock.schedule(delayMs, () => this.#look(groupId, name))
    const timers = this.#groups.get(groupId)
    const timer = { due, scheduledFor: due, cancel }
    if (timers === undefined) this.#groups.set(groupId, new Map([[name, timer]]))
    else timers.set(name, timer)
  }

  #look(groupId: string, name: string): void {
    const timer = this.#groups.get(groupId)?.get(name)
    if (timer === undefined) return
    if (timer.due > this.#clock.monotonic()) return this.#schedule(groupId, name, timer.due)
    this.disarm(groupId, name)
    this.#fire(groupId, name)
  }
}
