/** An image as the records that would make it: what a snapshot of the metadata log holds (KIP-630), in Kafka's order. */
import { recordVersions } from './features.ts'
import type { MetadataImage, TopicImage } from './image.ts'
import { type MetadataRecord, record } from './records.ts'

export function* snapshotRecords(image: MetadataImage): Generator<MetadataRecord> {
  const versions = recordVersions(image)
  yield* featureRecords(image)
  for (const broker of image.brokers.values()) {
    yield record('registerBroker', versions.registerBroker, {
      brokerId: broker.id,
      incarnationId: broker.incarnationId,
      brokerEpoch: broker.epoch,
      endPoints: [...broker.endpoints],
      features: [...broker.features],
      rack: broker.rack,
      fenced: broker.fenced,
      inControlledShutdown: broker.inControlledShutdown,
      ...(versions.directories ? { logDirs: [...broker.logDirs] } : {}),
      ...(versions.registerBroker >= 4
        ? { cordonedLogDirs: broker.cordonedLogDirs && [...broker.cordonedLogDirs] }
        : {}),
    })
  }
  for (const { id, incarnationId, endpoints, features } of image.controllers.values()) {
    yield record('registerController', 0, {
      controllerId: id,
      incarnationId,
      zkMigrationReady: false,
      endPoints: [...endpoints],
      features: [...features],
    })
  }
  for (const topic of image.topicsByName.values()) yield* topicRecords(topic, versions)
  for (const [resourceType, resources] of image.configs) {
    for (const [resourceName, values] of resources) {
      for (const [name, value] of values) {
        yield record('config', 0, { resourceType, resourceName, name, value })
      }
    }
  }
  for (const { entity, quotas } of image.clientQuotas.values()) {
    for (const [key, value] of quotas) {
      yield record('clientQuota', 0, { entity: [...entity], key, value, remove: false })
    }
  }
  if (image.nextProducerId > 0n) {
    const { nextProducerId } = image
    yield record('producerIds', 0, { brokerId: -1, brokerEpoch: -1n, nextProducerId })
  }
  yield* image.kept.values()
}

/** metadata.version stands first: it tells how to read what follows. */
function* featureRecords(image: MetadataImage): Generator<MetadataRecord> {
  const names = [...image.features.keys()].sort()
  const first = 'metadata.version'
  for (const name of [first, ...names.filter((each) => each !== first)]) {
    const featureLevel = image.features.get(name)
    if (featureLevel !== undefined) yield record('featureLevel', 0, { name, featureLevel })
  }
}

function* topicRecords(
  { id: topicId, name, partitions }: TopicImage,
  versions: ReturnType<typeof recordVersions>,
): Generator<MetadataRecord> {
  yield record('topic', 0, { name, topicId })
  for (const [partitionId, partition] of partitions.entries()) {
    yield record('partition', versions.partition, {
      partitionId,
      topicId,
      replicas: [...partition.replicas],
      isr: [...partition.isr],
      removingReplicas: [...partition.removingReplicas],
      addingReplicas: [...partition.addingReplicas],
      leader: partition.leader,
      leaderEpoch: partition.leaderEpoch,
      partitionEpoch: partition.partitionEpoch,
      leaderRecoveryState: partition.leaderRecoveryState,
      ...(versions.directories ? { directories: [...partition.directories] } : {}),
      ...(versions.partition >= 2 ? eligibleOf(partition) : {}),
    })
  }
}

/** Empty lists are left out, as Kafka does: tagged fields cost bytes. */
function eligibleOf({
  elr,
  lastKnownElr,
}: {
  elr: readonly number[]
  lastKnownElr: readonly number[]
}) {
  return {
    ...(elr.length > 0 ? { eligibleLeaderReplicas: [...elr] } : {}),
    ...(lastKnownElr.length > 0 ? { lastKnownElr: [...lastKnownElr] } : {}),
  }
}
