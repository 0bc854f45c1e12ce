import { pause } from '../host/clock.ts'
import { KafkaError } from '../protocol/errors.ts'
import { backoffMs } from './backoff.ts'
import type { ClientSettings } from './settings.ts'
import { within } from './within.ts'

export type Attempt = {
  /** What is left until the call as a whole is given up. */
  readonly leftMs: number
  /** True from the moment at which a broker could be asked; a call that never got there says so. */
  reached: boolean
}

/**
 * Tries until it succeeds, fails for good, or the time is over. `recover` runs between two attempts, with the error. The
 * texts at the end are those of Kafka's admin client, which its tools print.
 */
export async function retrying<T>(
  settings: ClientSettings,
  { callName, timeoutMs }: { callName: string; timeoutMs: number },
  attempt: (attempt: Attempt) => Promise<T>,
  recover: (error: KafkaError) => void = () => {},
): Promise<T> {
  const { clock, random } = settings.host
  const deadline = clock.monotonic() + timeoutMs
  const deadlineMs = clock.now() + timeoutMs
  let reached = false
  for (let tries = 1; ; tries++) {
    const state = { leftMs: deadline - clock.monotonic(), reached: false }
    const outcome = await before(settings, state.leftMs, attempt(state))
    reached ||= state.reached
    if ('value' in outcome) return outcome.value
    const { error } = outcome
    if (error !== null && error.fate === 'final') throw error
    if (error !== null) recover(error)
    const waitMs = backoffMs(tries - 1, {
      firstMs: settings.retryBackoffMs,
      maxMs: settings.retryBackoffMaxMs,
      chance: random.number(),
    })
    if (error === null || clock.monotonic() + waitMs >= deadline) {
      const nextMs = clock.now() + Math.round(waitMs)
      const text = reached
        ? `Call(callName=${callName}, deadlineMs=${deadlineMs}, tries=${tries}, nextAllowedTryMs=${nextMs}) timed out at ${clock.now()} after ${tries} attempt(s)`
        : `Timed out waiting for a node assignment. Call: ${callName}`
      throw new KafkaError('REQUEST_TIMED_OUT', text, error === null ? undefined : { cause: error })
    }
    await pause(clock, waitMs)
  }
}

/** The outcome of an attempt; `error` null where the time ran out first. Errors that are none of Kafka's go through. */
async function before<T>(
  { host }: ClientSettings,
  leftMs: number,
  attempt: Promise<T>,
): Promise<{ value: T } | { error: KafkaError | null }> {
  try {
    const outcome = await within(host.clock, leftMs, attempt)
    return outcome.ended ? { value: outcome.value } : { error: null }
  } catch (error) {
    if (error instanceof KafkaError) return { error }
    throw error
  }
}
