import {
  api,
  array,
  defaulted,
  int16,
  int32,
  nullable,
  nullableString,
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/**
 * The whole life of a member under the new protocol (KIP-848); v1: regular expressions, member ids
 * made by the client (KIP-1082).
 */
export const consumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: defaulted(nullableString, null),
    rackId: defaulted(nullableString, null),
    rebalanceTimeoutMs: defaulted(int32, -1),
    subscribedTopicNames: defaulted(nullable(array(string)), null),
    subscribedTopicRegex: since(1, nullableString, null),
    serverAssignor: defaulted(nullableString, null),
    topicPartitions: defaulted(
      nullable(
        array(
          struct({
            topicId: uuid,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: defaulted(nullableString, null),
    memberId: defaulted(nullableString, null),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: defaulted(
      nullable(
        struct({
          topicPartitions: array(
            struct({
              topicId: uuid,
              partitions: array(int32),
            }),
          ),
        }),
      ),
      null,
    ),
  },
})
