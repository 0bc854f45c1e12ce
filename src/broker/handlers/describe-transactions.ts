import { describeTransactions } from '../../protocol/apis/describe-transactions.ts'
import { code } from '../../protocol/errors.ts'
import { coordinatorPartition } from '../../protocol/names.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import { transactionsTopic } from '../internal-topics.ts'

/** There are no transactions; who leads the partition that would have one says so, and nobody else. */
export default handler(describeTransactions, (broker, { transactionalIds }) => ({
  transactionStates: transactionalIds.map((transactionalId) => ({
    transactionalId,
    errorCode: code(
      leads(broker, transactionalId) ? 'TRANSACTIONAL_ID_NOT_FOUND' : 'NOT_COORDINATOR',
    ),
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0n,
    producerId: 0n,
    producerEpoch: 0,
    topics: [],
  })),
}))

function leads({ image, replicas }: Broker, transactionalId: string): boolean {
  const count = image.topicsByName.get(transactionsTopic)?.partitions.length ?? 0
  if (count === 0) return false
  const partition = coordinatorPartition(transactionalId, count)
  return typeof replicas.leader(transactionsTopic, partition) !== 'string'
}
