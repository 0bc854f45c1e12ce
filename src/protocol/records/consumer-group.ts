/** Records of __consumer_offsets about groups of the consumer protocol (KIP-848). */
import {
  array,
  bytes,
  defaulted,
  int8,
  int32,
  int64,
  never,
  nullable,
  nullableString,
  record,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.ts'

export const consumerGroupMetadataKey = record({
  name: 'ConsumerGroupMetadataKey',
  type: 3,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const consumerGroupMetadataValue = record({
  name: 'ConsumerGroupMetadataValue',
  type: 3,
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32,
    metadataHash: tagged(0, 0, int64),
  },
})

export const consumerGroupPartitionMetadataKey = record({
  name: 'ConsumerGroupPartitionMetadataKey',
  type: 4,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const consumerGroupPartitionMetadataValue = record({
  name: 'ConsumerGroupPartitionMetadataValue',
  type: 4,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array(
      struct({
        topicId: uuid,
        topicName: string,
        numPartitions: int32,
        partitionMetadata: array(
          struct({
            partition: int32,
            racks: array(string),
          }),
        ),
      }),
    ),
  },
})

export const consumerGroupMemberMetadataKey = record({
  name: 'ConsumerGroupMemberMetadataKey',
  type: 5,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const consumerGroupMemberMetadataValue = record({
  name: 'ConsumerGroupMemberMetadataValue',
  type: 5,
  versions: [0, 0],
  flexible: 0,
  fields: {
    instanceId: nullableString,
    rackId: nullableString,
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: nullableString,
    rebalanceTimeoutMs: defaulted(int32, -1),
    serverAssignor: nullableString,
    classicMemberMetadata: tagged(
      0,
      0,
      nullable(
        struct({
          sessionTimeoutMs: int32,
          supportedProtocols: array(
            struct({
              name: string,
              metadata: bytes,
            }),
          ),
        }),
      ),
    ),
  },
})

export const consumerGroupTargetAssignmentMetadataKey = record({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  type: 6,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const consumerGroupTargetAssignmentMetadataValue = record({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  type: 6,
  versions: [0, 0],
  flexible: 0,
  fields: {
    assignmentEpoch: int32,
    assignmentTimestamp: tagged(0, 0, int64),
  },
})

export const consumerGroupTargetAssignmentMemberKey = record({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  type: 7,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const consumerGroupTargetAssignmentMemberValue = record({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  type: 7,
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

export const consumerGroupCurrentMemberAssignmentKey = record({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  type: 8,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const consumerGroupCurrentMemberAssignmentValue = record({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  type: 8,
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
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
    partitionsPendingRevocation: array(
      struct({
        topicId: uuid,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
  },
})

export const consumerGroupRegularExpressionKey = record({
  name: 'ConsumerGroupRegularExpressionKey',
  type: 16,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    regularExpression: string,
  },
})

export const consumerGroupRegularExpressionValue = record({
  name: 'ConsumerGroupRegularExpressionValue',
  type: 16,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array(string),
    version: int64,
    timestamp: int64,
  },
})
