import { re2 } from '../../base/re2.ts'
import { listTransactions } from '../../protocol/apis/list-transactions.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { isListed, isState } from '../transactions/list.ts'

export default handler(listTransactions, async ({ transactions, clock }, request) => {
  const unknownStateFilters = [...new Set(request.stateFilters)].filter((each) => !isState(each))
  const pattern = re2(request.transactionalIdPattern || '.*')
  if ('fault' in pattern) {
    const errorCode = code('INVALID_REGULAR_EXPRESSION')
    return { errorCode, unknownStateFilters: [], transactionStates: [] }
  }
  const { error, transactions: known } = await transactions.list()
  const filters = {
    // Kafka forgets those that it does not know; if none is left, nothing is asked for by state.
    states: request.stateFilters.filter(isState),
    producerIds: request.producerIdFilters,
    durationMs: request.durationFilter,
    matches: (id: string) => pattern.matches(id),
  }
  const now = clock.now()
  const listed = known.filter(([id, content]) => isListed(id, content, filters, now))
  return {
    errorCode: code(error),
    unknownStateFilters,
    transactionStates: listed.map(([transactionalId, { producerId, state }]) => ({
      transactionalId,
      producerId,
      transactionState: state,
    })),
  }
})
