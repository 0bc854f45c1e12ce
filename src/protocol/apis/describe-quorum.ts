import {
  api,
  array,
  ignorable,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts'

/** State of the metadata quorum (KIP-595, KIP-836, KIP-853). */
export const describeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker', 'controller'],
  clusterAction: true,
  forwardable: true,
  request: {
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
          }),
        ),
      }),
    ),
  },
  response: {
    errorCode: int16,
    errorMessage: ignorable(since(2, nullableString)),
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: ignorable(since(2, nullableString)),
            leaderId: int32,
            leaderEpoch: int32,
            highWatermark: int64,
            currentVoters: array(
              struct({
                replicaId: int32,
                replicaDirectoryId: since(2, uuid),
                logEndOffset: int64,
                lastFetchTimestamp: ignorable(since(1, int64, -1n)),
                lastCaughtUpTimestamp: ignorable(since(1, int64, -1n)),
              }),
            ),
            observers: array(
              struct({
                replicaId: int32,
                replicaDirectoryId: since(2, uuid),
                logEndOffset: int64,
                lastFetchTimestamp: ignorable(since(1, int64, -1n)),
                lastCaughtUpTimestamp: ignorable(since(1, int64, -1n)),
              }),
            ),
          }),
        ),
      }),
    ),
    nodes: since(
      2,
      array(
        struct({
          nodeId: int32,
          listeners: array(
            struct({
              name: string,
              host: string,
              port: uint16,
            }),
          ),
        }),
      ),
    ),
  },
})
