/** Records of __consumer_offsets: keys and values of each type. */
import {
  array,
  between,
  bytes,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  never,
  nullable,
  nullableString,
  record,
  since,
  string,
  struct,
  tagged,
  uint16,
  uuid,
} from '../schema.ts'

export const legacyOffsetCommitKey = record({
  name: 'LegacyOffsetCommitKey',
  type: 0,
  versions: [0, 0],
  flexible: never,
  fields: {
    group: string,
    topic: string,
    partition: int32,
  },
})

export const legacyOffsetCommitValue = record({
  name: 'LegacyOffsetCommitValue',
  type: 0,
  versions: [0, 0],
  flexible: never,
  fields: {
    offset: int64,
    metadata: string,
    commitTimestamp: int64,
  },
})

export const offsetCommitKey = record({
  name: 'OffsetCommitKey',
  type: 1,
  versions: [0, 0],
  flexible: never,
  fields: {
    group: string,
    topic: string,
    partition: int32,
  },
})

export const offsetCommitValue = record({
  name: 'OffsetCommitValue',
  type: 1,
  versions: [0, 4],
  flexible: 4,
  fields: {
    offset: int64,
    leaderEpoch: ignorable(since(3, int32, -1)),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: ignorable(between(1, 1, int64, -1n)),
    topicId: ignorable(tagged(0, 4, uuid)),
  },
})

export const groupMetadataKey = record({
  name: 'GroupMetadataKey',
  type: 2,
  versions: [0, 0],
  flexible: never,
  fields: {
    group: string,
  },
})

export const groupMetadataValue = record({
  name: 'GroupMetadataValue',
  type: 2,
  versions: [0, 4],
  flexible: 4,
  fields: {
    protocolType: string,
    generation: int32,
    protocol: nullableString,
    leader: nullableString,
    currentStateTimestamp: ignorable(since(2, int64, -1n)),
    members: array(
      struct({
        memberId: string,
        groupInstanceId: ignorable(since(3, nullableString, null)),
        clientId: string,
        clientHost: string,
        rebalanceTimeout: ignorable(since(1, int32, -1)),
        sessionTimeout: int32,
        subscription: bytes,
        assignment: bytes,
      }),
    ),
  },
})

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

export const streamsGroupMetadataKey = record({
  name: 'StreamsGroupMetadataKey',
  type: 17,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const streamsGroupMetadataValue = record({
  name: 'StreamsGroupMetadataValue',
  type: 17,
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32,
    metadataHash: int64,
    validatedTopologyEpoch: tagged(0, 0, int32, -1),
    lastAssignmentConfigs: tagged(
      1,
      0,
      nullable(
        array(
          struct({
            key: string,
            value: string,
          }),
        ),
      ),
    ),
  },
})

export const streamsGroupMemberMetadataKey = record({
  name: 'StreamsGroupMemberMetadataKey',
  type: 19,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const streamsGroupMemberMetadataValue = record({
  name: 'StreamsGroupMemberMetadataValue',
  type: 19,
  versions: [0, 0],
  flexible: 0,
  fields: {
    instanceId: nullableString,
    rackId: nullableString,
    clientId: string,
    clientHost: string,
    rebalanceTimeoutMs: defaulted(int32, -1),
    topologyEpoch: int32,
    processId: string,
    userEndpoint: defaulted(
      nullable(
        struct({
          host: string,
          port: uint16,
        }),
      ),
      null,
    ),
    clientTags: array(
      struct({
        key: string,
        value: string,
      }),
    ),
  },
})

export const streamsGroupTargetAssignmentMetadataKey = record({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  type: 20,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const streamsGroupTargetAssignmentMetadataValue = record({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  type: 20,
  versions: [0, 0],
  flexible: 0,
  fields: {
    assignmentEpoch: int32,
    assignmentTimestamp: tagged(0, 0, int64),
  },
})

export const streamsGroupTargetAssignmentMemberKey = record({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  type: 21,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const streamsGroupTargetAssignmentMemberValue = record({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  type: 21,
  versions: [0, 0],
  flexible: 0,
  fields: {
    activeTasks: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
      }),
    ),
    standbyTasks: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
      }),
    ),
    warmupTasks: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
      }),
    ),
  },
})

export const streamsGroupCurrentMemberAssignmentKey = record({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  type: 22,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    memberId: string,
  },
})

export const streamsGroupCurrentMemberAssignmentValue = record({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  type: 22,
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    activeTasks: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
    standbyTasks: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
    warmupTasks: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
    activeTasksPendingRevocation: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
    standbyTasksPendingRevocation: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
    warmupTasksPendingRevocation: array(
      struct({
        subtopologyId: string,
        partitions: array(int32),
        assignmentEpochs: tagged(0, 0, nullable(array(int32))),
      }),
    ),
  },
})

export const streamsGroupTopologyKey = record({
  name: 'StreamsGroupTopologyKey',
  type: 23,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
  },
})

export const streamsGroupTopologyValue = record({
  name: 'StreamsGroupTopologyValue',
  type: 23,
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32,
    subtopologies: array(
      struct({
        subtopologyId: string,
        sourceTopics: array(string),
        sourceTopicRegex: array(string),
        stateChangelogTopics: array(
          struct({
            name: string,
            partitions: int32,
            replicationFactor: int16,
            topicConfigs: array(
              struct({
                key: string,
                value: string,
              }),
            ),
          }),
        ),
        repartitionSinkTopics: array(string),
        repartitionSourceTopics: array(
          struct({
            name: string,
            partitions: int32,
            replicationFactor: int16,
            topicConfigs: array(
              struct({
                key: string,
                value: string,
              }),
            ),
          }),
        ),
        copartitionGroups: array(
          struct({
            sourceTopics: array(int16),
            sourceTopicRegex: array(int16),
            repartitionSourceTopics: array(int16),
          }),
        ),
      }),
    ),
  },
})
