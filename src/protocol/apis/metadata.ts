import {
  api,
  array,
  between,
  boolean,
  ignorable,
  int16,
  int32,
  nullable,
  nullableString,
  repeating,
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/**
 * Brokers, topics, partitions and their leaders. v10: topic ids; v12: null names; v13: an error
 * for the whole answer (KIP-1102).
 */
export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexible: 9,
  request: {
    topics: nullable(
      array(
        struct({
          topicId: ignorable(since(10, uuid)),
          name: nullable(string, 10),
        }),
      ),
      1,
    ),
    allowAutoTopicCreation: since(4, boolean, true),
    includeClusterAuthorizedOperations: between(8, 10, boolean),
    includeTopicAuthorizedOperations: since(8, boolean),
  },
  response: {
    throttleTimeMs: ignorable(since(3, int32)),
    brokers: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: ignorable(since(1, nullableString, null)),
      }),
    ),
    clusterId: ignorable(since(2, nullableString, null)),
    controllerId: ignorable(since(1, int32, -1)),
    topics: array(
      struct({
        errorCode: int16,
        name: nullable(string, 12),
        topicId: ignorable(since(10, uuid)),
        isInternal: ignorable(since(1, boolean)),
        // Where one broker has all, every topic has the same ones.
        partitions: repeating(
          array(
            struct({
              errorCode: int16,
              partitionIndex: int32,
              leaderId: int32,
              leaderEpoch: ignorable(since(7, int32, -1)),
              replicaNodes: array(int32),
              isrNodes: array(int32),
              offlineReplicas: ignorable(since(5, array(int32))),
            }),
          ),
        ),
        topicAuthorizedOperations: since(8, int32, -2147483648),
      }),
    ),
    clusterAuthorizedOperations: between(8, 10, int32, -2147483648),
    errorCode: ignorable(since(13, int16)),
  },
})
