/**
 * The one meaning of each metadata record (KIP-631 and later): the active controller, a standby and the replay at start-up
 * all change their images here and nowhere else.
 */
import { assert, unreachable } from '../base/assert.ts'
import { emptyDelta, type MetadataDelta, touchConfig, touchPartition } from './delta.ts'
import { setFeature } from './features.ts'
import type { BrokerImage, MetadataImage, PartitionImage, TopicImage } from './image.ts'
import type { MetadataRecord, ValueOfKind } from './records.ts'

const noLeaderChange = -2
/** Kafka's DirectoryId.MIGRATING: the replica has a directory, which the record is too old to name. */
const migratingDirectory = 'AAAAAAAAAAAAAAAAAAAAAg'

export function applyRecord(
  image: MetadataImage,
  record: MetadataRecord,
  delta: MetadataDelta = emptyDelta(),
): void {
  switch (record.kind) {
    case 'topic':
      return createTopic(image, record.value, delta)
    case 'removeTopic':
      return removeTopic(image, record.value.topicId, delta)
    case 'partition':
      return addPartition(image, record.value, delta)
    case 'partitionChange':
      return changePartition(image, record.value, delta)
    case 'clearElr':
      return clearElr(image, record.value.topicName, delta)
    case 'config':
      return setConfig(image, record.value, delta)
    case 'registerBroker':
      return registerBroker(image, record.value, delta)
    case 'unregisterBroker':
      image.brokers.delete(record.value.brokerId)
      delta.brokers.add(record.value.brokerId)
      return
    case 'brokerRegistrationChange':
      return changeBroker(image, record.value, delta)
    case 'fenceBroker':
      return setFenced(image, record.value.id, true, delta)
    case 'unfenceBroker':
      return setFenced(image, record.value.id, false, delta)
    case 'registerController':
      return registerController(image, record.value)
    case 'featureLevel':
      delta.features = true
      return setFeature(image, record.value)
    case 'producerIds':
      image.nextProducerId = record.value.nextProducerId
      image.producerIdsOwner = record.value
      return
    case 'clientQuota':
      return setQuota(image, record.value, delta)
    case 'accessControlEntry':
    case 'userScramCredential':
    case 'delegationToken':
      image.kept.set(keptKey(record), record)
      return
    case 'removeAccessControlEntry':
    case 'removeUserScramCredential':
    case 'removeDelegationToken':
      image.kept.delete(keptKey(record))
      return
    case 'noOp':
    case 'zkMigrationState':
    // Transactions are the reader's business: what stands in an aborted one never gets here.
    case 'beginTransaction':
    case 'endTransaction':
    case 'abortTransaction':
      return
    default:
      unreachable(record)
  }
}

function createTopic(
  image: MetadataImage,
  { name, topicId }: ValueOfKind<'topic'>,
  delta: MetadataDelta,
): void {
  const topic: TopicImage = { name, id: topicId, partitions: [] }
  image.topicsByName.set(name, topic)
  image.topicsById.set(topicId, topic)
  delta.topicsCreated.add(name)
}

function removeTopic(image: MetadataImage, topicId: string, delta: MetadataDelta): void {
  const topic = image.topicsById.get(topicId)
  assert(topic !== undefined, `RemoveTopicRecord names ${topicId}, which is no topic`)
  image.topicsById.delete(topicId)
  image.topicsByName.delete(topic.name)
  const resources = image.configs.get(2)
  if (resources?.delete(topic.name) === true) touchConfig(delta, 2, topic.name)
  delta.partitions.delete(topic.name)
  // Made and deleted in one batch: nobody needs to hear of it.
  if (!delta.topicsCreated.delete(topic.name)) delta.topicsDeleted.set(topic.name, topic)
}

function topicOf(image: MetadataImage, topicId: string): TopicImage {
  const topic = image.topicsById.get(topicId)
  assert(topic !== undefined, `a partition record names ${topicId}, which is no topic`)
  return topic
}

function addPartition(
  image: MetadataImage,
  value: ValueOfKind<'partition'>,
  delta: MetadataDelta,
): void {
  const topic = topicOf(image, value.topicId)
  topic.partitions[value.partitionId] = {
    leader: value.leader,
    leaderEpoch: value.leaderEpoch,
    partitionEpoch: value.partitionEpoch,
    replicas: value.replicas,
    isr: value.isr,
    elr: value.eligibleLeaderReplicas ?? [],
    lastKnownElr: value.lastKnownElr ?? [],
    addingReplicas: value.addingReplicas,
    removingReplicas: value.removingReplicas,
    directories:
      value.directories.length > 0
        ? value.directories
        : value.replicas.map(() => migratingDirectory),
    leaderRecoveryState: value.leaderRecoveryState,
  }
  touchPartition(delta, topic.name, value.partitionId)
}

function changePartition(
  image: MetadataImage,
  value: ValueOfKind<'partitionChange'>,
  delta: MetadataDelta,
): void {
  const topic = topicOf(image, value.topicId)
  const old = topic.partitions[value.partitionId]
  assert(old !== undefined, `a change of ${topic.name}-${value.partitionId}, which is no partition`)
  topic.partitions[value.partitionId] = changedPartition(old, value)
  touchPartition(delta, topic.name, value.partitionId)
}

/** Absent fields keep their value; a leader that is named begins a new epoch, even if it is the same one. */
export function changedPartition(
  old: PartitionImage,
  value: ValueOfKind<'partitionChange'>,
): PartitionImage {
  const elected = value.leader !== noLeaderChange
  return {
    leader: elected ? value.leader : old.leader,
    leaderEpoch: elected ? old.leaderEpoch + 1 : old.leaderEpoch,
    partitionEpoch: old.partitionEpoch + 1,
    replicas: value.replicas ?? old.replicas,
    isr: value.isr ?? old.isr,
    elr: value.eligibleLeaderReplicas ?? old.elr,
    lastKnownElr: value.lastKnownElr ?? old.lastKnownElr,
    addingReplicas: value.addingReplicas ?? old.addingReplicas,
    removingReplicas: value.removingReplicas ?? old.removingReplicas,
    directories: value.directories ?? old.directories,
    leaderRecoveryState:
      value.leaderRecoveryState < 0 ? old.leaderRecoveryState : value.leaderRecoveryState,
  }
}

/** An empty name means all topics. */
function clearElr(image: MetadataImage, topicName: string, delta: MetadataDelta): void {
  const topics = topicName === '' ? [...image.topicsByName.keys()] : [topicName]
  for (const name of topics) {
    const topic = image.topicsByName.get(name)
    assert(topic !== undefined, `ClearElrRecord names ${name}, which is no topic`)
    for (const [index, partition] of topic.partitions.entries()) {
      if (partition.elr.length === 0 && partition.lastKnownElr.length === 0) continue
      const { partitionEpoch } = partition
      topic.partitions[index] = {
        ...partition,
        elr: [],
        lastKnownElr: [],
        partitionEpoch: partitionEpoch + 1,
      }
      touchPartition(delta, name, index)
    }
  }
}

function setConfig(
  image: MetadataImage,
  { resourceType, resourceName, name, value }: ValueOfKind<'config'>,
  delta: MetadataDelta,
): void {
  touchConfig(delta, resourceType, resourceName)
  const resources = image.configs.get(resourceType) ?? new Map<string, Map<string, string>>()
  image.configs.set(resourceType, resources)
  const values = resources.get(resourceName) ?? new Map<string, string>()
  if (value === null) values.delete(name)
  else values.set(name, value)
  if (values.size === 0) resources.delete(resourceName)
  else resources.set(resourceName, values)
}

function registerBroker(
  image: MetadataImage,
  value: ValueOfKind<'registerBroker'>,
  delta: MetadataDelta,
): void {
  image.brokers.set(value.brokerId, {
    id: value.brokerId,
    epoch: value.brokerEpoch,
    incarnationId: value.incarnationId,
    endpoints: value.endPoints,
    features: value.features,
    rack: value.rack,
    fenced: value.fenced,
    inControlledShutdown: value.inControlledShutdown,
    logDirs: value.logDirs,
    cordonedLogDirs: value.cordonedLogDirs,
  })
  delta.brokers.add(value.brokerId)
}

function changeBroker(
  image: MetadataImage,
  value: ValueOfKind<'brokerRegistrationChange'>,
  delta: MetadataDelta,
): void {
  const old = image.brokers.get(value.brokerId)
  assert(old !== undefined, `a change of broker ${value.brokerId}, which is not registered`)
  const { fenced, inControlledShutdown, logDirs, cordonedLogDirs } = value
  const changed: BrokerImage = {
    ...old,
    fenced: fenced === 0 ? old.fenced : fenced > 0,
    inControlledShutdown: inControlledShutdown === 0 ? old.inControlledShutdown : true,
    logDirs: logDirs.length === 0 ? old.logDirs : logDirs,
    cordonedLogDirs: cordonedLogDirs ?? old.cordonedLogDirs,
  }
  image.brokers.set(value.brokerId, changed)
  delta.brokers.add(value.brokerId)
}

function setFenced(image: MetadataImage, id: number, fenced: boolean, delta: MetadataDelta): void {
  const old = image.brokers.get(id)
  assert(old !== undefined, `a fence for broker ${id}, which is not registered`)
  image.brokers.set(id, { ...old, fenced })
  delta.brokers.add(id)
}

function registerController(image: MetadataImage, value: ValueOfKind<'registerController'>): void {
  const { controllerId: id, incarnationId, endPoints, features } = value
  image.controllers.set(id, { id, incarnationId, endpoints: endPoints, features })
}

function setQuota(
  image: MetadataImage,
  { entity, key, value, remove }: ValueOfKind<'clientQuota'>,
  delta: MetadataDelta,
): void {
  delta.clientQuotas = true
  const name = quotaKey(entity)
  const quotas = new Map(image.clientQuotas.get(name)?.quotas)
  if (remove) quotas.delete(key)
  else quotas.set(key, value)
  if (quotas.size === 0) image.clientQuotas.delete(name)
  else image.clientQuotas.set(name, { entity, quotas })
}

/** The same for the same entity, whatever the order of its parts. */
export function quotaKey(
  entity: readonly { entityType: string; entityName: string | null }[],
): string {
  const parts = entity.map(({ entityType, entityName }) => [entityType, entityName] as const)
  return JSON.stringify(parts.sort(([a], [b]) => (a < b ? -1 : 1)))
}

type KeptRecord = Extract<
  MetadataRecord,
  {
    kind:
      | 'accessControlEntry'
      | 'removeAccessControlEntry'
      | 'userScramCredential'
      | 'removeUserScramCredential'
      | 'delegationToken'
      | 'removeDelegationToken'
  }
>

function keptKey(record: KeptRecord): string {
  switch (record.kind) {
    case 'accessControlEntry':
    case 'removeAccessControlEntry':
      return `acl ${record.value.id}`
    case 'userScramCredential':
    case 'removeUserScramCredential':
      return `scram ${record.value.mechanism} ${record.value.name}`
    case 'delegationToken':
    case 'removeDelegationToken':
      return `token ${record.value.tokenId}`
  }
}
