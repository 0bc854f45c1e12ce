import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** State and members of consumer groups (KIP-848). */
export const consumerGroupDescribe = api({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
  flexible: 0,
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
            instanceId: defaulted(nullableString, null),
            rackId: defaulted(nullableString, null),
            memberEpoch: int32,
            clientId: string,
            clientHost: string,
            subscribedTopicNames: array(string),
            subscribedTopicRegex: defaulted(nullableString, null),
            assignment: struct({
              topicPartitions: array(
                struct({
                  topicId: uuid,
                  topicName: string,
                  partitions: array(int32),
                }),
              ),
            }),
            targetAssignment: struct({
              topicPartitions: array(
                struct({
                  topicId: uuid,
                  topicName: string,
                  partitions: array(int32),
                }),
              ),
            }),
            memberType: ignorable(since(1, int8, -1)),
          }),
        ),
        authorizedOperations: defaulted(int32, -2147483648),
      }),
    ),
  },
})
