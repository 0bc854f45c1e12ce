import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
  tagged,
  uint16,
  uuid,
} from '../schema.ts'

/** A new leader tells the voters (KIP-595). */
export const beginQuorumEpoch = api({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: [0, 1],
  flexible: 1,
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
            voterDirectoryId: ignorable(since(1, uuid)),
            leaderId: int32,
            leaderEpoch: int32,
          }),
        ),
      }),
    ),
    leaderEndpoints: ignorable(
      since(
        1,
        array(
          struct({
            name: string,
            host: string,
            port: uint16,
          }),
        ),
      ),
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
