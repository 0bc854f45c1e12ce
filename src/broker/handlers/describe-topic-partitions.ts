import { zeroUuid } from '../../base/uuid.ts'
import type { PartitionImage } from '../../metadata/image.ts'
import { describeTopicPartitions } from '../../protocol/apis/describe-topic-partitions.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import { isInternalTopic, topicNameFault } from '../../protocol/names.ts'
import type { SentResponseOf } from '../../protocol/schema.ts'
import { handler } from '../handler.ts'
import { topicOperations } from './authorized-operations.ts'

type Response = SentResponseOf<typeof describeTopicPartitions>
type Topic = Response['topics'][number]

/** Pages by topic name; a cursor names the topic and the partition to go on with (KIP-966). */
export default handler(describeTopicPartitions, (broker, request, call) => {
  const { topicsByName } = broker.image
  const asked = request.topics.map(({ name }) => name)
  const fetchesAll = asked.length === 0
  const from = request.cursor?.topicName ?? ''
  const names = [...new Set(fetchesAll ? topicsByName.keys() : asked)].sort(byBytes)
  const limit = broker.settings.get('max.request.partition.size.limit')
  let left = Math.max(1, Math.min(request.responsePartitionLimit, limit))
  const alive = new Set(broker.aliveBrokers(call.listener).map(({ id }) => id))
  const topics: Topic[] = []
  for (const name of names) {
    if (name < from) continue
    const topic = topicsByName.get(name)
    if (topic === undefined) {
      // A cursor may name a topic that was deleted between two pages.
      if (!fetchesAll) topics.push(missing(name))
      continue
    }
    const start = name === request.cursor?.topicName ? request.cursor.partitionIndex : 0
    const end = Math.min(topic.partitions.length, start + left)
    const partitions = topic.partitions
      .slice(start, end)
      .map((partition, index) => describe(partition, start + index, alive))
    topics.push({
      errorCode: 0,
      name,
      topicId: topic.id,
      isInternal: isInternalTopic(name),
      partitions,
      topicAuthorizedOperations: topicOperations,
    })
    left -= partitions.length
    if (end < topic.partitions.length) return page(topics, name, end)
    const next = left === 0 ? names[names.indexOf(name) + 1] : undefined
    if (next !== undefined) return page(topics, next, 0)
  }
  return page(topics, null, 0)
})

const page = (topics: Topic[], topicName: string | null, partitionIndex: number): Response => ({
  topics,
  nextCursor: topicName === null ? null : { topicName, partitionIndex },
})

function missing(name: string): Topic {
  const error: ErrorName =
    topicNameFault(name) === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
  return {
    errorCode: code(error),
    name,
    topicId: zeroUuid,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: -2147483648,
  }
}

function describe(
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
    // Empty, never null: the Java client fails on null.
    eligibleLeaderReplicas: partition.elr,
    lastKnownElr: partition.lastKnownElr,
    offlineReplicas: partition.replicas.filter((id) => !alive.has(id)),
  }
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
