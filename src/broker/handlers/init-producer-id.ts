import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { code, type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/schema.ts'
import { refusedIdentity } from '../../transactions/turn.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import { tellingFenced } from './telling-fenced.ts'

const none = -1
/** Since then a client tells a producer that was fenced from an epoch that is only old. */
const fencedSince = 4

export default handler(initProducerId, async (broker, request, { apiVersion }) => {
  const { error, producerId, producerEpoch } = await identity(broker, request)
  const errorCode = code(tellingFenced(error, { apiVersion, since: fencedSince }))
  return { errorCode, producerId, producerEpoch }
})

async function identity(broker: Broker, request: RequestOf<typeof initProducerId>) {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
  // Who names an id names its epoch too (KIP-360).
  if ((producerId === BigInt(none)) !== (producerEpoch === none)) return failed('INVALID_REQUEST')
  if (transactionalId === '') return failed('INVALID_REQUEST')
  if (transactionalId === null) return withoutTransactions(broker)
  // Two-phase commit (KIP-939) is not on; clients cannot ask for it before version 6.
  if (request.enable2Pc) return failed('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  if (request.keepPreparedTxn) return failed('UNSUPPORTED_VERSION')
  return broker.transactions.ask(transactionalId, {
    kind: 'init',
    timeoutMs: transactionTimeoutMs,
    expected: producerEpoch === none ? null : { producerId, producerEpoch },
    freshProducerId: null,
  })
}

async function withoutTransactions({ producerIds }: Broker) {
  try {
    return { error: 'NONE' as const, producerId: await producerIds.next(), producerEpoch: 0 }
  } catch (error) {
    if (error instanceof KafkaError) return failed('COORDINATOR_LOAD_IN_PROGRESS')
    throw error
  }
}

const failed = (error: ErrorName) => refusedIdentity(error)
