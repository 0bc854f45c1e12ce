/** Asks for a producer id (KIP-98). Without a transactional id any broker gives one. */
import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import type { ProducerIdentity } from './batch.ts'

const noTransactionTimeoutMs = 2 ** 31 - 1

export async function identify(cluster: Cluster): Promise<ProducerIdentity> {
  return cluster.retrying({ callName: 'initProducerId' }, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    const answer = await connection.call(initProducerId, {
      transactionalId: null,
      transactionTimeoutMs: noTransactionTimeoutMs,
    })
    ensureNone(answer.errorCode)
    return { id: answer.producerId, epoch: answer.producerEpoch }
  })
}
