/** Topics with their partitions: page by page where the broker can (KIP-966), else out of the metadata. */
import { zeroUuid } from '../../base/uuid.ts'
import { describeTopicPartitions } from '../../protocol/apis/describe-topic-partitions.ts'
import { metadata } from '../../protocol/apis/metadata.ts'
import { errorTexts } from '../../protocol/error-texts.ts'
import { code, errorName, KafkaError } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { done, failed, type Result, resultOf } from '../result.ts'
import { unnamedTopic } from '../unnamed-topic.ts'
import { inPortions } from './portions.ts'
import { settle } from './settle.ts'
import type { TimeoutOption } from './topics.ts'

export type PartitionDescription = {
  partition: number
  /** Null where there is none. */
  leader: number | null
  leaderEpoch: number
  replicas: number[]
  isr: number[]
  offlineReplicas: number[]
  /** Eligible leader replicas; null where the answer does not tell of them. */
  elr: number[] | null
  lastKnownElr: number[] | null
}

export type TopicDescription = {
  name: string
  topicId: string | null
  isInternal: boolean
  partitions: PartitionDescription[]
}

const partitionsPerPage = 2000
const topicsPerRequest = 1000

export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, Result<TopicDescription>>> {
  const wanted = { callName: 'describeTopics', timeoutMs, again: [] }
  const sorted = [...new Set(names)].filter((name) => name !== '').sort(byCodeUnit)
  const described = await settle(cluster, wanted, sorted, async (left, attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    return connection.version(describeTopicPartitions) === null
      ? describeByMetadata(cluster, connection, left)
      : inPortions(left, topicsPerRequest, (portion) => describePaged(connection, portion))
  })
  return names.includes('') ? new Map([['', failed(unnamedTopic())], ...described]) : described
}

// Kafka's brokers sort the names as Java does, and the cursor relies on it.
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

type Page = ResponseOf<typeof describeTopicPartitions>

async function describePaged(connection: Connection, names: readonly string[]) {
  const topics = new Map<string, Result<TopicDescription>>()
  let cursor: Page['nextCursor'] = null
  let left = names
  do {
    const page: Page = await connection.call(describeTopicPartitions, {
      topics: left.map((name) => ({ name })),
      responsePartitionLimit: partitionsPerPage,
      cursor,
    })
    for (const each of page.topics) addPage(topics, each)
    const next = page.nextCursor
    if (next !== null) left = names.filter((name) => name >= next.topicName)
    cursor = next
  } while (cursor !== null)
  return topics
}

/** A topic that does not fit goes on in the next page, under the same name. */
function addPage(
  topics: Map<string, Result<TopicDescription>>,
  page: Page['topics'][number],
): void {
  const name = page.name ?? ''
  const partitions = page.partitions.map((each) => ({
    partition: each.partitionIndex,
    leader: each.leaderId < 0 ? null : each.leaderId,
    leaderEpoch: each.leaderEpoch,
    replicas: each.replicaNodes,
    isr: each.isrNodes,
    offlineReplicas: each.offlineReplicas,
    elr: each.eligibleLeaderReplicas,
    lastKnownElr: each.lastKnownElr,
  }))
  const known = topics.get(name)
  if (known?.ok) known.value.partitions.push(...partitions)
  else {
    topics.set(
      name,
      resultOf(page.errorCode, null, () => ({
        name,
        topicId: page.topicId === zeroUuid ? null : page.topicId,
        isInternal: page.isInternal,
        partitions,
      })),
    )
  }
}

async function describeByMetadata(
  cluster: Cluster,
  connection: Connection,
  names: readonly string[],
) {
  const answer = await cluster.metadata(names, { on: connection })
  return new Map(answer.topics.map((each) => [each.name ?? '', described(each)]))
}

/** By id there is only the way through the metadata. */
export async function describeTopicsById(
  cluster: Cluster,
  ids: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, Result<TopicDescription>>> {
  const wanted = { callName: 'describeTopicsWithIds', timeoutMs, again: [] }
  return settle(cluster, wanted, ids, async (left, attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    if ((connection.version(metadata) ?? 0) < 12) {
      throw new KafkaError('UNSUPPORTED_VERSION', 'the broker does not describe topics by id')
    }
    const answer = await connection.call(metadata, {
      topics: left.map((topicId) => ({ topicId, name: null })),
      allowAutoTopicCreation: false,
    })
    return new Map(answer.topics.map((each) => [each.topicId, described(each)]))
  })
}

type MetadataTopic = ResponseOf<typeof metadata>['topics'][number]

function described(topic: MetadataTopic): Result<TopicDescription> {
  if (topic.errorCode !== code('NONE')) {
    const error = errorName(topic.errorCode)
    return failed(new KafkaError(error, errorTexts[error]))
  }
  return done({
    name: topic.name ?? '',
    topicId: topic.topicId === zeroUuid ? null : topic.topicId,
    isInternal: topic.isInternal,
    partitions: topic.partitions
      .map((each) => ({
        partition: each.partitionIndex,
        leader: each.leaderId < 0 ? null : each.leaderId,
        leaderEpoch: each.leaderEpoch,
        replicas: each.replicaNodes,
        isr: each.isrNodes,
        offlineReplicas: each.offlineReplicas,
        elr: null,
        lastKnownElr: null,
      }))
      .sort((a, b) => a.partition - b.partition),
  })
}
