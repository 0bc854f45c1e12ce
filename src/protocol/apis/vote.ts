import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
  tagged,
  uint16,
  uuid,
} from '../schema.ts'

/** A candidate asks for a vote (KIP-595); v1: directory ids (KIP-853); v2: PreVote (KIP-996). */
export const vote = api({
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexible: 0,
  listeners: ['controller'],
  clusterAction: true,
  request: {
    clusterId: defaulted(nullableString, null),
    voterId: ignorable(since(1, int32, -1)),
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            replicaEpoch: int32,
            replicaId: int32,
            replicaDirectoryId: ignorable(since(1, uuid)),
            voterDirectoryId: ignorable(since(1, uuid)),
            lastOffsetEpoch: int32,
            lastOffset: int64,
            preVote: since(2, boolean),
          }),
        ),
      }),
    ),
  },
  response: {
    errorCode: int16,
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            leaderId: int32,
            leaderEpoch: int32,
            voteGranted: boolean,
          }),
        ),
      }),
    ),
    nodeEndpoints: tagged(
      0,
      1,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: uint16,
        }),
      ),
    ),
  },
})
