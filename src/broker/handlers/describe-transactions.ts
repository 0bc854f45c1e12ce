import { describeTransactions } from '../../protocol/apis/describe-transactions.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

const nothing = {
  transactionState: '',
  transactionTimeoutMs: 0,
  transactionStartTimeMs: 0n,
  producerId: 0n,
  producerEpoch: 0,
  topics: [],
}

export default handler(describeTransactions, async ({ transactions }, { transactionalIds }) => ({
  transactionStates: await Promise.all(
    transactionalIds.map(async (transactionalId) => {
      if (transactionalId === '') {
        return { ...nothing, transactionalId, errorCode: code('INVALID_REQUEST') }
      }
      const { error, content } = await transactions.ask(transactionalId, { kind: 'describe' })
      if (content === null) return { ...nothing, transactionalId, errorCode: code(error) }
      return {
        transactionalId,
        errorCode: code(error),
        transactionState: content.state,
        transactionTimeoutMs: content.timeoutMs,
        transactionStartTimeMs: BigInt(content.startedAt),
        producerId: content.producerId,
        producerEpoch: content.producerEpoch,
        topics: [...content.partitions].map(([topic, ids]) => ({ topic, partitions: [...ids] })),
      }
    }),
  ),
}))
