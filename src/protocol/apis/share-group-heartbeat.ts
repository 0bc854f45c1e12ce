import {
  api,
  array,
  defaulted,
  int16,
  int32,
  nullable,
  nullableString,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** The life of a member of a share group (KIP-932). */
export const shareGroupHeartbeat = api({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: [1, 1],
  flexible: 1,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    rackId: defaulted(nullableString, null),
    subscribedTopicNames: defaulted(nullable(array(string)), null),
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
