import type { Clock } from '../host/clock.ts'

/** What came first: the promise's end, or the end of the time. */
export type Within<T> = { ended: true; value: T } | { ended: false }

/** Waits no longer than `timeoutMs`; what the promise does afterwards is nobody's concern any more. */
export function within<T>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<T>,
): Promise<Within<T>> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(Math.max(0, timeoutMs), () => resolve({ ended: false }), {
      keepAlive: true,
    })
    promise.then(
      (value) => {
        cancel()
        resolve({ ended: true, value })
      },
      (error) => {
        cancel()
        reject(error)
      },
    )
  })
}
