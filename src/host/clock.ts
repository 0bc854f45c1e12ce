/** Takes back what was scheduled; calling it twice, or late, does nothing. */
export type Cancel = () => void

/** The door to time. The real one is below, a simulated one stands in test/sim. */
export interface Clock {
  /** Milliseconds since the epoch, whole. */
  now(): number
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonic(): number
  /** Runs once, after `delayMs` at the earliest. A pending timer keeps the process alive only if it is told to. */
  schedule(delayMs: number, run: () => void, options?: { keepAlive?: boolean }): Cancel
}

/** Resolves after `delayMs`; the process stays alive until then. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(delayMs, resolve, { keepAlive: true })
  })
}

// A longer delay makes Node fire at once instead of late.
const delayMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, run, { keepAlive = false } = {}) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), delayMsMax))
    if (!keepAlive) timer.unref()
    return () => clearTimeout(timer)
  },
}
