import { zeroUuid } from '../../base/uuid.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../../metadata/image.ts'
import { metadata } from '../../protocol/apis/metadata.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import { isInternalTopic, topicNameFault } from '../../protocol/names.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import { inListedOrder } from '../../protocol/topic-order.ts'
import type { Broker } from '../broker.ts'
import { type Call, handler } from '../handler.ts'
import { clusterOperations, notAsked, topicOperations } from './authorized-operations.ts'

type MetadataRequest = RequestOf<typeof metadata>
type Topic = SentResponseOf<typeof metadata>['topics'][number]

/** Since then a topic may be asked for by id (KIP-516). */
const idsSince = 12
/** Since then a leader that has no such listener is told apart from one that is not there (KIP-302). */
const listenerNotFoundSince = 6

/** What the asker can see, and how. */
interface View {
  readonly image: MetadataImage
  readonly version: number
  readonly alive: ReadonlySet<number>
  readonly operations: number
}

export default handler(metadata, async (broker, request, call) => {
  if (!isProper(request, call)) return improper(request, broker)
  if (request.allowAutoTopicCreation) await createMissing(broker, request)
  const alive = broker.aliveBrokers(call.listener)
  const ids = new Set(alive.map(({ id }) => id))
  const view = {
    image: broker.image,
    version: call.apiVersion,
    alive: ids,
    operations: request.includeTopicAuthorizedOperations ? topicOperations : notAsked,
  }
  return {
    brokers: alive.map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack })),
    clusterId: broker.clusterId,
    controllerId: ids.has(broker.quorum.leaderId) ? broker.quorum.leaderId : broker.id,
    topics: topicsFor(view, request),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? clusterOperations
      : notAsked,
  }
})

/** Versions 10 and 11 have the fields for ids, but nobody may use them. */
const isProper = ({ topics }: MetadataRequest, { apiVersion }: Call): boolean =>
  (topics ?? []).every(({ name, topicId }) =>
    apiVersion < idsSince
      ? name !== null && topicId === zeroUuid
      : name !== null || topicId !== zeroUuid,
  )

const improper = ({ topics }: MetadataRequest, { clusterId }: Broker) => ({
  brokers: [],
  clusterId,
  topics: (topics ?? []).map(({ name, topicId }) =>
    missing(name ?? '', topicId, 'INVALID_REQUEST'),
  ),
})

function topicsFor(view: View, { topics }: MetadataRequest): Topic[] {
  const { image, version } = view
  // Version 0 asks for everything with an empty list, later ones with null.
  if (topics === null || (version === 0 && topics.length === 0)) {
    return inListedOrder([...image.topicsByName.values()]).map((topic) => describe(view, topic))
  }
  const ids = new Set(topics.map(({ topicId }) => topicId).filter((id) => id !== zeroUuid))
  // Who asks by id asks by id alone.
  if (ids.size > 0) {
    return [...ids].map((id) => {
      const topic = image.topicsById.get(id)
      return topic === undefined ? missing(null, id, 'UNKNOWN_TOPIC_ID') : describe(view, topic)
    })
  }
  const names = new Set(topics.map(({ name }) => name ?? ''))
  return [...names].map((name) => {
    const topic = image.topicsByName.get(name)
    if (topic !== undefined) return describe(view, topic)
    return { ...missing(name, zeroUuid, absence(name)), topicAuthorizedOperations: view.operations }
  })
}

/** `auto.create.topics.enable`: the answer waits for the topic, so that the client need not ask again. */
async function createMissing(broker: Broker, { topics }: MetadataRequest): Promise<void> {
  if (topics === null || !broker.settings.get('auto.create.topics.enable')) return
  const names = topics
    .flatMap(({ name, topicId }) => (name === null || topicId !== zeroUuid ? [] : name))
    .filter((name) => !broker.image.topicsByName.has(name) && topicNameFault(name) === null)
  if (names.length === 0) return
  const internal = names.filter((name) => isInternalTopic(name))
  await Promise.allSettled(internal.map((name) => broker.ensureInternalTopic(name)))
  await broker.autoCreateTopics(names.filter((name) => !isInternalTopic(name)))
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

function describe(view: View, topic: TopicImage): Topic {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map((partition, index) =>
      describePartition(view, partition, index),
    ),
    topicAuthorizedOperations: view.operations,
  }
}

function describePartition(
  view: View,
  { leader, leaderEpoch, replicas, isr }: PartitionImage,
  partitionIndex: number,
): Topic['partitions'][number] {
  const { alive, version } = view
  // Clients of version 0 take a replica that is not alive for a fault.
  const seen = (ids: readonly number[]) => (version === 0 ? ids.filter((id) => alive.has(id)) : ids)
  const replicaNodes = seen(replicas)
  const isrNodes = seen(isr)
  const isComplete = replicaNodes.length === replicas.length && isrNodes.length === isr.length
  return {
    errorCode: code(
      alive.has(leader) ? (isComplete ? 'NONE' : 'REPLICA_NOT_AVAILABLE') : noLeader(view, leader),
    ),
    partitionIndex,
    leaderId: alive.has(leader) ? leader : -1,
    leaderEpoch,
    replicaNodes,
    isrNodes,
    offlineReplicas: replicas.filter((id) => !alive.has(id)),
  }
}

const noLeader = ({ image, version }: View, leader: number): ErrorName =>
  image.brokers.has(leader) && version >= listenerNotFoundSince
    ? 'LISTENER_NOT_FOUND'
    : 'LEADER_NOT_AVAILABLE'
