import { zeroUuid } from '../../base/uuid.ts'
import type { PartitionImage } from '../../metadata/image.ts'
import { describeTopicPartitions } from '../../protocol/apis/describe-topic-partitions.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import { isInternalTopic, topicNameFault } from '../../protocol/names.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import { handler } from '../handler.ts'
import { notAsked, topicOperations } from './authorized-operations.ts'

type Request = RequestOf<typeof describeTopicPartitions>
type Response = SentResponseOf<typeof describeTopicPartitions>
type Topic = Response['topics'][number]

/** Pages by topic name; a cursor names the topic and the partition to go on with (KIP-966). */
export default handler(describeTopicPartitions, (broker, request, call) => {
  const { topicsByName } = broker.image
  const asked = request.topics.map(({ name }) => name)
  const fetchesAll = asked.length === 0
  if (!isCursorOf(request)) return page(asked.map(refused), null, 0)
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
      if (fetchesAll) continue
      if (left === 0) return page(topics, name, 0)
      topics.push(missing(name))
      continue
    }
    if (left === 0) return page(topics, name, 0)
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
  }
  return page(topics, null, 0)
})

const page = (topics: Topic[], topicName: string | null, partitionIndex: number): Response => ({
  topics,
  nextCursor: topicName === null ? null : { topicName, partitionIndex },
})

/** A cursor goes on where the last page ended: in one of the topics that are asked for. */
function isCursorOf({ topics, cursor }: Request): boolean {
  if (cursor === null) return true
  if (cursor.partitionIndex < 0) return false
  return topics.length === 0 || topics.some(({ name }) => name === cursor.topicName)
}

const refused = (name: string): Topic => ({
  ...nothing(name, 'INVALID_REQUEST'),
  isInternal: false,
  topicAuthorizedOperations: notAsked,
})

const missing = (name: string): Topic =>
  nothing(
    name,
    topicNameFault(name) === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION',
  )

const nothing = (name: string, error: ErrorName): Topic => ({
  errorCode: code(error),
  name,
  topicId: zeroUuid,
  isInternal: isInternalTopic(name),
  partitions: [],
  topicAuthorizedOperations: topicOperations,
})

function describe(
  partition: PartitionImage,
  partitionIndex: number,
  alive: ReadonlySet<number>,
): Topic['partitions'][number] {
  const led = alive.has(partition.leader)
  return {
    // A partition without a leader is no error here, unlike in Metadata.
    errorCode: 0,
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
