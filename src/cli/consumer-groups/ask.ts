import { describeGroups, type GroupDescription } from '../../client/admin/describe-groups.ts'
import { groupOffsets } from '../../client/admin/group-offsets.ts'
import { topicFault } from '../../client/admin/leaders.ts'
import { listGroups } from '../../client/admin/list-groups.ts'
import { type IsolationLevel, listOffsets, type OffsetSpec } from '../../client/admin/offsets.ts'
import type { Cluster } from '../../client/cluster.ts'
import { orThrow } from '../../client/result.ts'
import { errorTexts } from '../../protocol/error-texts.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { groupsInOrder } from '../groups-in-order.ts'
import { executionError, JavaError, runtimeError } from '../java/errors.ts'
import { type Committed, type GroupView, nameOf, type TopicPartition } from './describe/view.ts'
import type { ListedGroup } from './list.ts'

export type Asking = { readonly cluster: Cluster; readonly timeoutMs: number }

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** Groups of consumers, of either protocol; share and streams groups are other tools' business. */
export async function listedGroups(
  { cluster, timeoutMs }: Asking,
  filter: { states: readonly string[]; types: readonly string[] } | null = null,
): Promise<ListedGroup[]> {
  // Kafka's tool has two ways to list, and only one of them wraps the failure once more.
  const wrapped = (error: JavaError) => (filter === null ? runtimeError(error) : error)
  const { groups, errors } = await listGroups(cluster, { timeoutMs, ...filter }).catch(
    (cause: unknown) => {
      throw cause instanceof KafkaError ? wrapped(nobodyFound(cause)) : cause
    },
  )
  if (errors[0] !== undefined) throw wrapped(executionError(errors[0]))
  return groupsInOrder(groups)
    .filter(({ protocolType, type }) => {
      const isOfConsumers = protocolType === 'consumer' || protocolType === ''
      return isOfConsumers && ['classic', 'consumer'].includes((type ?? 'classic').toLowerCase())
    })
    .map(({ groupId, state, type }) => ({
      group: groupId,
      type: capitalized(type ?? 'classic'),
      state: state ?? 'Unknown',
    }))
}

const nobodyFound = (cause: KafkaError): JavaError =>
  executionError(
    new JavaError(
      'org.apache.kafka.common.KafkaException',
      'Failed to find brokers to send ListGroups',
      { cause },
    ),
  )

/** In the order of their ids; one that cannot be described makes all of it fail, as in Kafka's tool. */
export async function describedGroups(
  { cluster, timeoutMs }: Asking,
  groupIds: readonly string[],
): Promise<GroupView[]> {
  const ids = [...new Set(groupIds)].sort()
  const results = await describeGroups(cluster, ids, { timeoutMs })
  return ids.map((id) => {
    const result = results.get(id)!
    if (!result.ok) throw executionError(result.error)
    return viewOf(result.value)
  })
}

export function viewOf(description: GroupDescription): GroupView {
  return {
    group: description.groupId,
    state: description.state,
    coordinator: description.coordinator,
    strategy: description.assignor,
    groupEpoch: description.groupEpoch,
    targetAssignmentEpoch: description.targetAssignmentEpoch,
    members: description.members.map((member) => ({
      consumerId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      host: member.host,
      assignment: member.assignment,
      target: member.targetAssignment,
      epoch: member.memberEpoch,
      upgraded: member.upgraded,
    })),
  }
}

/** What a group has committed, by partition. */
export async function committedOffsets(
  { cluster, timeoutMs }: Asking,
  group: string,
): Promise<Map<string, TopicPartition & Committed>> {
  const results = await groupOffsets(cluster, new Map([[group, null]]), { timeoutMs })
  const result = results.get(group)!
  if (!result.ok) throw executionError(result.error)
  return new Map(
    result.value.map(({ topic, partition, result: each }) => [
      nameOf({ topic, partition }),
      { topic, partition, ...orThrow(each) },
    ]),
  )
}

/** Where logs end, of those partitions that have a leader. */
export async function logEnds(
  asking: Asking,
  partitions: readonly TopicPartition[],
): Promise<Map<string, bigint>> {
  if (partitions.length === 0) return new Map()
  const { cluster } = asking
  await knowTopics(asking, partitions)
  const led = partitions.filter(
    ({ topic, partition }) => cluster.leaderOf(topic, partition) !== null,
  )
  return offsetsAt(asking, led, 'latest')
}

type AskedOffsets = {
  isolationLevel?: IsolationLevel
  /** Hears of every partition that has none to tell, before the first of them ends it. */
  onFault?: (at: TopicPartition, error: KafkaError) => void
}

/** Offsets by what they mean; a partition without one is left out. */
export async function offsetsAt(
  { cluster, timeoutMs }: Asking,
  partitions: readonly TopicPartition[],
  spec: OffsetSpec,
  { isolationLevel = 'read_uncommitted', onFault }: AskedOffsets = {},
): Promise<Map<string, bigint>> {
  if (partitions.length === 0) return new Map()
  const wanted = partitions.map(({ topic, partition }) => ({ topic, partition, spec }))
  const results = await listOffsets(cluster, wanted, { timeoutMs, isolationLevel })
  for (const [at, result] of results) if (!result.ok) onFault?.(at, result.error)
  const offsets = new Map<string, bigint>()
  for (const [at, result] of results) {
    if (!result.ok) throw runtimeError(executionError(result.error))
    if (result.value.offset >= 0n) offsets.set(nameOf(at), result.value.offset)
  }
  return offsets
}

export async function knowTopics(
  { cluster, timeoutMs }: Asking,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  await cluster.retrying({ callName: 'metadata', timeoutMs }, async (attempt) => {
    const on = await cluster.any()
    attempt.reached = true
    await cluster.metadata(topics, { on })
  })
}

/** Kafka's admin client finds out about topics that are not there before it asks for their offsets, and says so. */
export async function ensureTopics(
  asking: Asking,
  partitions: readonly TopicPartition[],
  logError: (message: string, error: KafkaError) => void,
): Promise<void> {
  await knowTopics(asking, partitions)
  for (const { topic, partition } of partitions) {
    const error = asking.cluster.cache.topics.get(topic)?.error ?? 'UNKNOWN_TOPIC_OR_PARTITION'
    const plain = new KafkaError(error, errorTexts[error])
    if (error === 'UNKNOWN_TOPIC_OR_PARTITION') {
      logError(`Received unknown topic error for topic ${topic}`, plain)
      const lead = `Failed to fetch metadata for partition ${topic}-${partition}`
      const why = `${lead} because metadata for topic \`${topic}\` could not be found`
      throw runtimeError(executionError(new KafkaError(error, why)))
    }
    if (error === 'INVALID_TOPIC_EXCEPTION') {
      logError(`Received invalid topic error for topic ${topic} in \`Metadata\` response`, plain)
      throw runtimeError(executionError(topicFault(asking.cluster, { topic, partition })))
    }
  }
}
