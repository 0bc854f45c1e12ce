/** What a client that appends hears of the answer which its transaction's coordinator gave to the broker (KIP-890). */
import type { ErrorName } from '../../protocol/errors.ts'

/**
 * `again`: it is to come again, in the words that its request has for that. `addsSince` is the version of its request since when brokers
 * add partitions, and with that everything is understood; TRANSACTION_ABORTABLE is so one version earlier.
 */
export function toldOf(
  error: ErrorName,
  { apiVersion, addsSince }: { apiVersion: number; addsSince: number },
): ErrorName | 'again' {
  if (error === 'CONCURRENT_TRANSACTIONS' && apiVersion < addsSince) return 'again'
  if (away.has(error)) return 'again'
  const isUnknown = error === 'TRANSACTION_ABORTABLE' && apiVersion < addsSince - 1
  return isUnknown ? 'INVALID_TXN_STATE' : error
}

/** The coordinator could not be asked: another time it may answer. */
const away: ReadonlySet<ErrorName> = new Set([
  'BROKER_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'NOT_COORDINATOR',
  'REQUEST_TIMED_OUT',
])
