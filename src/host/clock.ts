/** Takes back what was scheduled; calling it twice, or late, does nothing. */
export type Cancel = () => void

/** The door to time. The real one is below, a simulated one stands in test/sim. */
export interface Clock {
  /** Milliseconds since the epoch, whole. */
  now(): number
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonic(): number
  /** Runs once, after `delayMs` at the earliest. A pending timer does not keep the process alive. */
  schedule(delayMs: number, run: () => void): Cancel
}

// A longer delay makes Node fire at once instead of late.
const delayMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), delayMsMax))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
