import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  nullable,
  nullableString,
  repeating,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Partitions of topics, page by page, with eligible leader replicas (KIP-966). */
export const describeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: array(
      struct({
        name: string,
      }),
    ),
    responsePartitionLimit: defaulted(int32, 2000),
    cursor: defaulted(
      nullable(
        struct({
          topicName: string,
          partitionIndex: int32,
        }),
      ),
      null,
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    topics: array(
      struct({
        errorCode: int16,
        name: nullableString,
        topicId: uuid,
        isInternal: boolean,
        // Where one broker has all, every topic has the same ones.
        partitions: repeating(
          array(
            struct({
              errorCode: int16,
              partitionIndex: int32,
              leaderId: int32,
              leaderEpoch: defaulted(int32, -1),
              replicaNodes: array(int32),
              isrNodes: array(int32),
              eligibleLeaderReplicas: defaulted(nullable(array(int32)), null),
              lastKnownElr: defaulted(nullable(array(int32)), null),
              offlineReplicas: array(int32),
            }),
          ),
        ),
        topicAuthorizedOperations: defaulted(int32, -2147483648),
      }),
    ),
    nextCursor: defaulted(
      nullable(
        struct({
          topicName: string,
          partitionIndex: int32,
        }),
      ),
      null,
    ),
  },
})
