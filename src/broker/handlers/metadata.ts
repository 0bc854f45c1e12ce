import { zeroUuid } from '../../base/uuid.ts'
import type { PartitionImage, TopicImage } from '../../metadata/image.ts'
import { metadata } from '../../protocol/apis/metadata.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import { isInternalTopic, topicNameFault } from '../../protocol/names.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { type Call, handler } from '../handler.ts'
import { clusterOperations, notAsked, topicOperations } from './authorized-operations.ts'

type MetadataRequest = RequestOf<typeof metadata>
type Topic = SentResponseOf<typeof metadata>['topics'][number]

export default handler(metadata, async (broker, request, call) => {
  const alive = broker.aliveBrokers(call.listener)
  const ids = new Set(alive.map(({ id }) => id))
  return {
    brokers: alive.map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack })),
    clusterId: broker.clusterId,
    controllerId: ids.has(broker.quorum.leaderId) ? broker.quorum.leaderId : broker.id,
    topics: await topicsFor(broker, request, call, ids),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? clusterOperations
      : notAsked,
  }
})

async function topicsFor(
  broker: Broker,
  request: MetadataRequest,
  call: Call,
  alive: ReadonlySet<number>,
): Promise<Topic[]> {
  const operations = request.includeTopicAuthorizedOperations ? topicOperations : notAsked
  const shown = (topic: TopicImage) => describe(topic, alive, operations)
  // Version 0 asks for everything with an empty list, later ones with null.
  const all = request.topics === null || (call.apiVersion === 0 && request.topics.length === 0)
  if (all || request.topics === null) return [...broker.image.topicsByName.values()].map(shown)
  await createMissing(broker, request)
  return request.topics.map(({ name, topicId }) => {
    if (name === null || (call.apiVersion >= 10 && topicId !== zeroUuid)) {
      const topic = broker.image.topicsById.get(topicId)
      // Versions 10 and 11 may ask by id, but their answer has no null for the name of an unknown one.
      const unnamed = call.apiVersion >= 12 ? null : ''
      return topic === undefined ? missing(unnamed, topicId, 'UNKNOWN_TOPIC_ID') : shown(topic)
    }
    const topic = broker.image.topicsByName.get(name)
    return topic === undefined ? missing(name, zeroUuid, absence(name)) : shown(topic)
  })
}

/** `auto.create.topics.enable`: the answer waits for the topic, so that the client need not ask again. */
async function createMissing(broker: Broker, request: MetadataRequest): Promise<void> {
  if (!request.allowAutoTopicCreation) return
  const names = (request.topics ?? [])
    .map(({ name }) => name)
    .filter((name): name is string => name !== null && !broker.image.topicsByName.has(name))
    .filter((name) => topicNameFault(name) === null)
  if (names.length === 0) return
  const internal = names.filter((name) => isInternalTopic(name))
  await Promise.allSettled(internal.map((name) => broker.ensureInternalTopic(name)))
  if (broker.settings.get('auto.create.topics.enable')) {
    await broker.autoCreateTopics(names.filter((name) => !isInternalTopic(name)))
  }
}

const absence = (name: string): ErrorName =>
  topicNameFault(name) === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'

const missing = (name: string | null, topicId: string, error: ErrorName): Topic => ({
  errorCode: code(error),
  name,
  topicId,
  isInternal: name !== null && isInternalTopic(name),
  partitions: [],
})

function describe(topic: TopicImage, alive: ReadonlySet<number>, operations: number): Topic {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map((partition, index) =>
      describePartition(partition, index, alive),
    ),
    topicAuthorizedOperations: operations,
  }
}

function describePartition(
  partition: PartitionImage,
  partitionIndex: number,
  alive: ReadonlySet<number>,
): Topic['partitions'][number] {
  const led = alive.has(partition.leader)
  return {
    errorCode: led ? 0 : code('LEADER_NOT_AVAILABLE'),
    partitionIndex,
    leaderId: led ? partition.leader : -1,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    offlineReplicas: partition.replicas.filter((id) => !alive.has(id)),
  }
}
