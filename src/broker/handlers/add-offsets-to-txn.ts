import { addOffsetsToTxn } from '../../protocol/apis/add-offsets-to-txn.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { offsetsTopic } from '../internal-topics.ts'
import { tellingFenced } from './telling-fenced.ts'

const fencedSince = 2

export default handler(addOffsetsToTxn, async (broker, request, { apiVersion }) => {
  const { transactionalId, producerId, producerEpoch, groupId } = request
  if (transactionalId === '') return { errorCode: code('INVALID_REQUEST') }
  const { error } = await broker.transactions.ask(transactionalId, {
    kind: 'add-partitions',
    producerId,
    producerEpoch,
    partitions: new Map([[offsetsTopic, new Set([broker.groups.partitionOf(groupId)])]]),
    clientTransactionVersion: 0,
  })
  return { errorCode: code(tellingFenced(error, { apiVersion, since: fencedSince })) }
})
