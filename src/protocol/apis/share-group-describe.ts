import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  nullableString,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** State and members of share groups (KIP-932). */
export const shareGroupDescribe = api({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: [1, 1],
  flexible: 1,
  request: {
    groupIds: array(string),
    includeAuthorizedOperations: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: defaulted(nullableString, null),
        groupId: string,
        groupState: string,
        groupEpoch: int32,
        assignmentEpoch: int32,
        assignorName: string,
        members: array(
          struct({
            memberId: string,
            rackId: defaulted(nullableString, null),
            memberEpoch: int32,
            clientId: string,
            clientHost: string,
            subscribedTopicNames: array(string),
            assignment: struct({
              topicPartitions: array(
                struct({
                  topicId: uuid,
                  topicName: string,
                  partitions: array(int32),
                }),
              ),
            }),
          }),
        ),
        authorizedOperations: defaulted(int32, -2147483648),
      }),
    ),
  },
})
