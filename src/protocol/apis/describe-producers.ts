import {
  api,
  array,
  defaulted,
  int16,
  int32,
  int64,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Active producers of partitions (KIP-664). */
export const describeProducers = api({
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: array(
      struct({
        name: string,
        partitionIndexes: array(int32),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: defaulted(nullableString, null),
            activeProducers: array(
              struct({
                producerId: int64,
                producerEpoch: int32,
                lastSequence: defaulted(int32, -1),
                lastTimestamp: defaulted(int64, -1n),
                coordinatorEpoch: int32,
                currentTxnStartOffset: defaulted(int64, -1n),
              }),
            ),
          }),
        ),
      }),
    ),
  },
})
