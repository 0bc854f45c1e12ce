import {
  api,
  boolean,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  since,
  string,
} from '../schema.ts'

/** Commits or aborts a transaction. v5: the epoch grows with every transaction (KIP-890). */
export const endTxn = api({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexible: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    producerId: ignorable(since(5, int64, -1n)),
    producerEpoch: ignorable(since(5, int16, -1)),
  },
})
