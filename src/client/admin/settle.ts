/** Questions about many things of which each has an answer of its own. */
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { CallWanted, Cluster } from '../cluster.ts'
import { failed, type Result } from '../result.ts'
import type { Attempt } from '../retry.ts'

type Ask<K, V> = (left: readonly K[], attempt: Attempt) => Promise<Map<K, Result<V>>>

/**
 * Asks again for those whose error is among `again`, until all are settled or the time is over; what then is left has that
 * error. Never throws one of Kafka's errors: one for all of them is that of each.
 */
export async function settle<K, V>(
  cluster: Cluster,
  wanted: CallWanted & { again: readonly ErrorName[] },
  items: Iterable<K>,
  ask: Ask<K, V>,
): Promise<Map<K, Result<V>>> {
  const order = [...new Set(items)]
  const settled = new Map<K, Result<V>>()
  let left: readonly K[] = order
  let rounds = 0
  try {
    await cluster.retrying(wanted, async (attempt) => {
      if (left.length === 0) return
      const answers = await ask(left, attempt)
      rounds++
      const again: K[] = []
      let unsettled: KafkaError | null = null
      for (const item of left) {
        const result = answers.get(item) ?? failed(unanswered())
        if (!result.ok && wanted.again.includes(result.error.error)) {
          unsettled = result.error
          again.push(item)
        } else settled.set(item, result)
      }
      left = again
      if (unsettled !== null) throw retriable(unsettled)
    })
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    rounds++
    for (const item of left) settled.set(item, failed(error))
  }
  return rounds === 1 ? settled : new Map(order.map((item) => [item, settled.get(item)!]))
}

// Whether to ask again is the caller's word, not the table's.
function retriable(error: KafkaError): KafkaError {
  if (error.fate !== 'final') return error
  return new KafkaError('NETWORK_EXCEPTION', error.message, { cause: error })
}

function unanswered(): KafkaError {
  return new KafkaError(
    'UNKNOWN_SERVER_ERROR',
    'The server response did not contain a result for it.',
  )
}

/** What every question to the controller is asked again for. */
export const controllerMoves = [
  'NOT_CONTROLLER',
  'THROTTLING_QUOTA_EXCEEDED',
] as const satisfies readonly ErrorName[]
