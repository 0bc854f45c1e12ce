import {
  api,
  array,
  defaulted,
  int8,
  int16,
  int32,
  int64,
  since,
  struct,
  until,
  uuid,
} from '../schema.ts'

/** A leader changes the in-sync set of its partition (KIP-497); v3: broker epochs (KIP-903). */
export const alterPartition = api({
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexible: 2,
  listeners: ['controller'],
  clusterAction: true,
  request: {
    brokerId: int32,
    brokerEpoch: defaulted(int64, -1n),
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            leaderEpoch: int32,
            newIsr: until(2, array(int32)),
            newIsrWithEpochs: since(
              3,
              array(
                struct({
                  brokerId: int32,
                  brokerEpoch: defaulted(int64, -1n),
                }),
              ),
            ),
            leaderRecoveryState: int8,
            partitionEpoch: int32,
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            leaderId: int32,
            leaderEpoch: int32,
            isr: array(int32),
            leaderRecoveryState: int8,
            partitionEpoch: int32,
          }),
        ),
      }),
    ),
  },
})
