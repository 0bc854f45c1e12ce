/** What Jackdaw's brokers remember of a group and of the logs that it reads; others do not know the question. */
import { describeHistory } from '../../protocol/apis/describe-history.ts'
import { errorName, KafkaError } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { done, failed, orThrow, type Result } from '../result.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
import { describeCluster } from './cluster.ts'
import { settleAtCoordinators } from './coordinated.ts'
import { settleAtLeaders } from './leaders.ts'
import type { TimeoutOption } from './topics.ts'

type Answer = ResponseOf<typeof describeHistory>
/** With the broker that saw it. */
export type HistoryEvent = Answer['events'][number] & { readonly brokerId: number }
export type Point = { readonly at: number; readonly offset: bigint }
export type Trail = TopicPartition & { readonly points: readonly Point[] }
export type GroupHistory = { readonly events: readonly HistoryEvent[]; readonly committed: Trail[] }
export type Timelines = {
  /** By group, oldest first, from all brokers that have coordinated it. */
  readonly events: Map<string, HistoryEvent[]>
  /** Brokers that could not be asked: what they saw is missing. */
  readonly silent: readonly number[]
}

type SinceOption = TimeoutOption & { readonly since: number }

export function groupHistories(
  cluster: Cluster,
  groupIds: readonly string[],
  { since, timeoutMs }: SinceOption,
): Promise<Map<string, Result<GroupHistory>>> {
  const wanted = { callName: 'describeHistory', api: 'DESCRIBE_HISTORY', timeoutMs }
  return settleAtCoordinators(cluster, wanted, groupIds, async (at) => {
    const { connection, coordinator, groupIds: own } = at
    const answers = own.map(async (groupId) => {
      const request = { groupId, since: BigInt(since), topics: [] }
      const { errorCode, events, committed } = await ask(connection, request)
      const error = errorName(errorCode)
      return [
        groupId,
        error === 'NONE'
          ? done({ events: seenBy(coordinator.id, events), committed: trailsOf(committed) })
          : failed(new KafkaError(error)),
      ] as const
    })
    return new Map(await Promise.all(answers))
  })
}

/** A group moves with its coordinator, and each of them tells of its own time: all brokers are asked. */
export async function timelines(
  cluster: Cluster,
  groupIds: readonly string[],
  { since, timeoutMs }: SinceOption,
): Promise<Timelines> {
  // The coordinator has to be there, and to know the question.
  const own = await groupHistories(cluster, groupIds, { since, timeoutMs })
  const events = new Map([...own].map(([id, result]) => [id, [...orThrow(result).events]]))
  await cluster.metadata([])
  const { nodes } = await describeCluster(cluster, { timeoutMs, includeFenced: true })
  const asked = await Promise.all(
    nodes.map(async ({ id }) => {
      try {
        const connection = await cluster.broker(id)
        for (const [groupId, known] of events) {
          if (known.some(({ brokerId }) => brokerId === id)) continue
          // What it remembers it tells whether or not it coordinates the group now.
          const answer = await ask(connection, { groupId, since: BigInt(since), topics: [] })
          known.push(...seenBy(id, answer.events))
        }
        return []
      } catch (error) {
        if (error instanceof KafkaError) return [id]
        throw error
      }
    }),
  )
  for (const known of events.values()) known.sort((a, b) => Number(a.timestamp - b.timestamp))
  return { events, silent: asked.flat() }
}

const seenBy = (brokerId: number, events: Answer['events']): HistoryEvent[] =>
  events.map((event) => ({ ...event, brokerId }))

/** How the ends of logs moved, each asked of its leader. */
export async function endTrails(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  { since, timeoutMs }: SinceOption,
): Promise<Map<string, Trail>> {
  const wanted = { callName: 'describeHistory', api: 'DESCRIBE_HISTORY', timeoutMs }
  const results = await settleAtLeaders(cluster, wanted, partitions, async (connection, some) => {
    const topics = [...byTopic(some)].map(([name, list]) => ({
      name,
      partitions: list.map(({ partition }) => partition),
    }))
    const { ends } = await ask(connection, { groupId: null, since: BigInt(since), topics })
    const found = new Map(trailsOf(ends).map((each) => [keyOf(each), each]))
    return new Map(some.map((each) => [each, done(found.get(keyOf(each)) ?? null)]))
  })
  const found = new Map<string, Trail>()
  for (const result of results.values()) {
    if (result.ok && result.value !== null) found.set(keyOf(result.value), result.value)
  }
  return found
}

export const keyOf = ({ topic, partition }: TopicPartition) => partitionKey(topic, partition)

function ask(
  connection: Connection,
  request: Parameters<typeof connection.call<typeof describeHistory>>[1],
): Promise<Answer> {
  if (connection.version(describeHistory) === null) {
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      'the broker does not remember what happened to its groups; a local one of Jackdaw does, and tells it on its unix socket',
    )
  }
  return connection.call(describeHistory, request)
}

function trailsOf(topics: Answer['committed']): Trail[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, points }) => ({
      topic: name,
      partition: partitionIndex,
      points: points.map(({ timestamp, offset }) => ({ at: Number(timestamp), offset })),
    })),
  )
}
