import {
  api,
  array,
  defaulted,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * Transactions of a coordinator (KIP-664); v1: by duration (KIP-994); v2: by pattern (KIP-1152).
 */
export const listTransactions = api({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexible: 0,
  request: {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: since(1, int64, -1n),
    transactionalIdPattern: since(2, nullableString, null),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array(
      struct({
        transactionalId: string,
        producerId: int64,
        transactionState: string,
      }),
    ),
  },
})
