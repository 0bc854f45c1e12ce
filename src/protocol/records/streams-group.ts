/** Records of __consumer_offsets about streams groups (KIP-1071). */
import {
  array,
  defaulted,
  int8,
  int16,
  int32,
  int64,
  never,
  nullable,
  nullableString,
  record,
  string,
  struct,
  tagged,
  uint16,
} from '../schema.ts'

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
