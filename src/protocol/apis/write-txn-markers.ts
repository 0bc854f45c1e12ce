import {
  api,
  array,
  boolean,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  since,
  string,
  struct,
} from '../schema.ts'

/** The transaction coordinator has markers written into the logs (KIP-98). */
export const writeTxnMarkers = api({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [1, 2],
  flexible: 1,
  clusterAction: true,
  request: {
    markers: array(
      struct({
        producerId: int64,
        producerEpoch: int16,
        transactionResult: boolean,
        topics: array(
          struct({
            name: string,
            partitionIndexes: array(int32),
          }),
        ),
        coordinatorEpoch: int32,
        transactionVersion: ignorable(since(2, int8)),
      }),
    ),
  },
  response: {
    markers: array(
      struct({
        producerId: int64,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                errorCode: int16,
              }),
            ),
          }),
        ),
      }),
    ),
  },
})
