/** Records of __consumer_offsets about share groups (KIP-932). */
import {
  array,
  int8,
  int32,
  int64,
  never,
  nullableString,
  record,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.ts'

export const shareGroupMemberMetadataKey = record({
  name: 'ShareGroupMemberMetadataKey',
  type: 10,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const shareGroupMemberMetadataValue = record({
  name: 'ShareGroupMemberMetadataValue',
  type: 10,
  versions: [0, 0],
  flexible: 0,
  fields: {
    rackId: nullableString,
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
  },
})

export const shareGroupMetadataKey = record({
  name: 'ShareGroupMetadataKey',
  type: 11,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const shareGroupMetadataValue = record({
  name: 'ShareGroupMetadataValue',
  type: 11,
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32,
    metadataHash: int64,
  },
})

export const shareGroupTargetAssignmentMetadataKey = record({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  type: 12,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const shareGroupTargetAssignmentMetadataValue = record({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  type: 12,
  versions: [0, 0],
  flexible: 0,
  fields: {
    assignmentEpoch: int32,
    assignmentTimestamp: tagged(0, 0, int64),
  },
})

export const shareGroupTargetAssignmentMemberKey = record({
  name: 'ShareGroupTargetAssignmentMemberKey',
  type: 13,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const shareGroupTargetAssignmentMemberValue = record({
  name: 'ShareGroupTargetAssignmentMemberValue',
  type: 13,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicPartitions: array(
      struct({
        topicId: uuid,
        partitions: array(int32),
      }),
    ),
  },
})

export const shareGroupCurrentMemberAssignmentKey = record({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  type: 14,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const shareGroupCurrentMemberAssignmentValue = record({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  type: 14,
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array(
      struct({
        topicId: uuid,
        partitions: array(int32),
      }),
    ),
  },
})

export const shareGroupStatePartitionMetadataKey = record({
  name: 'ShareGroupStatePartitionMetadataKey',
  type: 15,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const shareGroupStatePartitionMetadataValue = record({
  name: 'ShareGroupStatePartitionMetadataValue',
  type: 15,
  versions: [0, 0],
  flexible: 0,
  fields: {
    initializingTopics: array(
      struct({
        topicId: uuid,
        topicName: string,
        partitions: array(int32),
      }),
    ),
    initializedTopics: array(
      struct({
        topicId: uuid,
        topicName: string,
        partitions: array(int32),
      }),
    ),
    deletingTopics: array(
      struct({
        topicId: uuid,
        topicName: string,
      }),
    ),
  },
})
