import { listTransactions } from '../../protocol/apis/list-transactions.ts'
import { handler } from '../handler.ts'

const states: readonly string[] = [
  ...['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort'],
  ...['PrepareEpochFence', 'Dead'],
]

/** There is no coordinator of transactions, so there are none. */
export default handler(listTransactions, (_, { stateFilters }) => ({
  errorCode: 0,
  unknownStateFilters: [...new Set(stateFilters)].filter((each) => !states.includes(each)),
  transactionStates: [],
}))
