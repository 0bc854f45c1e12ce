/** What Jackdaw's brokers remember of a group and of the logs that it reads; others do not know the question. */
import { describeHistory } from '../../protocol/apis/describe-history.ts'
import { errorName, KafkaError } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { done, failed, type Result } from '../result.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
import { settleAtCoordinators } from './coordinated.ts'
import { settleAtLeaders } from './leaders.ts'
import type { TimeoutOption } from './topics.ts'

type Answer = ResponseOf<typeof describeHistory>
export type HistoryEvent = Answer['events'][number]
export type Point = { readonly at: number; readonly offset: bigint }
export type Trail = TopicPartition & { readonly points: readonly Point[] }
export type GroupHistory = { readonly events: readonly HistoryEvent[]; readonly committed: Trail[] }

type SinceOption = TimeoutOption & { readonly since: number }

export function groupHistories(
  cluster: Cluster,
  groupIds: readonly string[],
  { since, timeoutMs }: SinceOption,
): Promise<Map<string, Result<GroupHistory>>> {
  const wanted = { callName: 'describeHistory', api: 'DESCRIBE_HISTORY', timeoutMs }
  return settleAtCoordinators(cluster, wanted, groupIds, async ({ connection, groupIds: own }) => {
    const answers = own.map(async (groupId) => {
      const request = { groupId, since: BigInt(since), topics: [] }
      const { errorCode, events, committed } = await ask(connection, request)
      const error = errorName(errorCode)
      return [
        groupId,
        error === 'NONE'
          ? done({ events, committed: trailsOf(committed) })
          : failed(new KafkaError(error)),
      ] as const
    })
    return new Map(await Promise.all(answers))
  })
}

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
