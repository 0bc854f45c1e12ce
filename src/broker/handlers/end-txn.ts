import { endTxn } from '../../protocol/apis/end-txn.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { tellingFenced } from './telling-fenced.ts'

const fencedSince = 2
/** Since then the client's epoch grows with every transaction (KIP-890). */
const raisesSince = 5

export default handler(endTxn, async ({ transactions }, request, { apiVersion }) => {
  const { transactionalId, producerId, producerEpoch, committed } = request
  if (transactionalId === '') return { errorCode: code('INVALID_REQUEST') }
  const outcome = await transactions.ask(transactionalId, {
    kind: 'end',
    producerId,
    producerEpoch,
    commit: committed,
    clientTransactionVersion: apiVersion >= raisesSince ? 2 : 0,
    freshProducerId: null,
  })
  const errorCode = code(tellingFenced(outcome.error, { apiVersion, since: fencedSince }))
  return { errorCode, producerId: outcome.producerId, producerEpoch: outcome.producerEpoch }
})
