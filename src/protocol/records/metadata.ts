/** Records of __cluster_metadata and its snapshots: nodes, topics, configurations, features (KIP-631 and later). */
import {
  array,
  boolean,
  defaulted,
  int8,
  int16,
  int32,
  int64,
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

export const registerBrokerRecord = record({
  name: 'RegisterBrokerRecord',
  type: 0,
  versions: [0, 4],
  flexible: 0,
  fields: {
    brokerId: int32,
    isMigratingZkBroker: since(2, boolean),
    incarnationId: uuid,
    brokerEpoch: int64,
    endPoints: array(
      struct({
        name: string,
        host: string,
        port: uint16,
        securityProtocol: int16,
      }),
    ),
    features: array(
      struct({
        name: string,
        minSupportedVersion: int16,
        maxSupportedVersion: int16,
      }),
    ),
    rack: nullableString,
    fenced: defaulted(boolean, true),
    inControlledShutdown: since(1, boolean),
    logDirs: tagged(0, 3, array(uuid)),
    cordonedLogDirs: tagged(1, 4, nullable(array(uuid)), null),
  },
})

export const unregisterBrokerRecord = record({
  name: 'UnregisterBrokerRecord',
  type: 1,
  versions: [0, 0],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
  },
})

export const topicRecord = record({
  name: 'TopicRecord',
  type: 2,
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: string,
    topicId: uuid,
  },
})

export const partitionRecord = record({
  name: 'PartitionRecord',
  type: 3,
  versions: [0, 2],
  flexible: 0,
  fields: {
    partitionId: defaulted(int32, -1),
    topicId: uuid,
    replicas: array(int32),
    isr: array(int32),
    removingReplicas: array(int32),
    addingReplicas: array(int32),
    leader: defaulted(int32, -1),
    leaderRecoveryState: tagged(0, 0, int8),
    leaderEpoch: defaulted(int32, -1),
    partitionEpoch: defaulted(int32, -1),
    directories: since(1, array(uuid)),
    eligibleLeaderReplicas: tagged(1, 2, nullable(array(int32)), null),
    lastKnownElr: tagged(2, 2, nullable(array(int32)), null),
  },
})

export const configRecord = record({
  name: 'ConfigRecord',
  type: 4,
  versions: [0, 0],
  flexible: 0,
  fields: {
    resourceType: int8,
    resourceName: string,
    name: string,
    value: nullableString,
  },
})

export const partitionChangeRecord = record({
  name: 'PartitionChangeRecord',
  type: 5,
  versions: [0, 2],
  flexible: 0,
  fields: {
    partitionId: defaulted(int32, -1),
    topicId: uuid,
    isr: tagged(0, 0, nullable(array(int32)), null),
    leader: tagged(1, 0, int32, -2),
    replicas: tagged(2, 0, nullable(array(int32)), null),
    removingReplicas: tagged(3, 0, nullable(array(int32)), null),
    addingReplicas: tagged(4, 0, nullable(array(int32)), null),
    leaderRecoveryState: tagged(5, 0, int8, -1),
    directories: tagged(8, 1, nullable(array(uuid)), null),
    eligibleLeaderReplicas: tagged(6, 2, nullable(array(int32)), null),
    lastKnownElr: tagged(7, 2, nullable(array(int32)), null),
  },
})

export const fenceBrokerRecord = record({
  name: 'FenceBrokerRecord',
  type: 7,
  versions: [0, 0],
  flexible: 0,
  fields: {
    id: int32,
    epoch: int64,
  },
})

export const unfenceBrokerRecord = record({
  name: 'UnfenceBrokerRecord',
  type: 8,
  versions: [0, 0],
  flexible: 0,
  fields: {
    id: int32,
    epoch: int64,
  },
})

export const removeTopicRecord = record({
  name: 'RemoveTopicRecord',
  type: 9,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicId: uuid,
  },
})

export const featureLevelRecord = record({
  name: 'FeatureLevelRecord',
  type: 12,
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: string,
    featureLevel: int16,
  },
})

export const producerIdsRecord = record({
  name: 'ProducerIdsRecord',
  type: 15,
  versions: [0, 0],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: defaulted(int64, -1n),
    nextProducerId: int64,
  },
})

export const brokerRegistrationChangeRecord = record({
  name: 'BrokerRegistrationChangeRecord',
  type: 17,
  versions: [0, 3],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
    fenced: tagged(0, 0, int8),
    inControlledShutdown: tagged(1, 1, int8),
    logDirs: tagged(2, 2, array(uuid)),
    cordonedLogDirs: tagged(3, 3, nullable(array(uuid)), null),
  },
})

export const noOpRecord = record({
  name: 'NoOpRecord',
  type: 20,
  versions: [0, 0],
  flexible: 0,
  fields: {},
})

export const zkMigrationStateRecord = record({
  name: 'ZkMigrationStateRecord',
  type: 21,
  versions: [0, 0],
  flexible: 0,
  fields: {
    zkMigrationState: int8,
  },
})

export const beginTransactionRecord = record({
  name: 'BeginTransactionRecord',
  type: 23,
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: tagged(0, 0, nullableString, null),
  },
})

export const endTransactionRecord = record({
  name: 'EndTransactionRecord',
  type: 24,
  versions: [0, 0],
  flexible: 0,
  fields: {},
})

export const abortTransactionRecord = record({
  name: 'AbortTransactionRecord',
  type: 25,
  versions: [0, 0],
  flexible: 0,
  fields: {
    reason: tagged(0, 0, nullableString, null),
  },
})

export const registerControllerRecord = record({
  name: 'RegisterControllerRecord',
  type: 27,
  versions: [0, 0],
  flexible: 0,
  fields: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: boolean,
    endPoints: array(
      struct({
        name: string,
        host: string,
        port: uint16,
        securityProtocol: int16,
      }),
    ),
    features: array(
      struct({
        name: string,
        minSupportedVersion: int16,
        maxSupportedVersion: int16,
      }),
    ),
  },
})

export const clearElrRecord = record({
  name: 'ClearElrRecord',
  type: 28,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicName: string,
  },
})
