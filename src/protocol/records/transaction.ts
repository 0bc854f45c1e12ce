/** Records of __transaction_state (KIP-98). */
import {
  array,
  int8,
  int16,
  int32,
  int64,
  never,
  nullable,
  record,
  string,
  struct,
  tagged,
} from '../schema.ts'

export const transactionLogKey = record({
  name: 'TransactionLogKey',
  type: 0,
  versions: [0, 0],
  flexible: never,
  fields: {
    transactionalId: string,
  },
})

export const transactionLogValue = record({
  name: 'TransactionLogValue',
  type: 0,
  versions: [0, 1],
  flexible: 1,
  fields: {
    producerId: int64,
    previousProducerId: tagged(0, 1, int64, -1n),
    nextProducerId: tagged(1, 1, int64, -1n),
    producerEpoch: int16,
    nextProducerEpoch: tagged(3, 1, int16, -1),
    transactionTimeoutMs: int32,
    transactionStatus: int8,
    transactionPartitions: nullable(
      array(
        struct({
          topic: string,
          partitionIds: array(int32),
        }),
      ),
    ),
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64,
    clientTransactionVersion: tagged(2, 1, int16),
  },
})
