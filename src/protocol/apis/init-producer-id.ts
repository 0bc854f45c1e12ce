import { api, boolean, defaulted, int16, int32, int64, nullableString, since } from '../schema.ts'

/**
 * A producer asks for its id and epoch (KIP-98); v3: keeps its id after a failure (KIP-360); v6:
 * two-phase commit (KIP-939), unstable.
 */
export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  stable: 5,
  flexible: 2,
  request: {
    transactionalId: nullableString,
    transactionTimeoutMs: int32,
    producerId: since(3, int64, -1n),
    producerEpoch: since(3, int16, -1),
    enable2Pc: since(6, boolean),
    keepPreparedTxn: since(6, boolean),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    producerId: defaulted(int64, -1n),
    producerEpoch: int16,
    ongoingTxnProducerId: since(6, int64, -1n),
    ongoingTxnProducerEpoch: since(6, int16, -1),
  },
})
