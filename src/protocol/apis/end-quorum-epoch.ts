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
  until,
  uuid,
} from '../schema.ts'

/** A leader resigns and names successors (KIP-595). */
export const endQuorumEpoch = api({
  key: 54,
  name: 'EndQuorumEpoch',
  versions: [0, 1],
  flexible: 1,
  listeners: ['controller'],
  clusterAction: true,
  request: {
    clusterId: defaulted(nullableString, null),
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: int32,
            preferredSuccessors: ignorable(until(0, array(int32))),
            preferredCandidates: ignorable(
              since(
                1,
                array(
                  struct({
                    candidateId: int32,
                    candidateDirectoryId: uuid,
                  }),
                ),
              ),
            ),
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
