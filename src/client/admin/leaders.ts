/** Questions about partitions, each of which goes to the partition's leader. */
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { failed, type Result } from '../result.ts'
import type { Attempt } from '../retry.ts'
import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { settle } from './settle.ts'

/** What a partition may get over: its leader moves, or nobody leads it for a moment. */
const leaderMoves = [
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
  'UNKNOWN_TOPIC_OR_PARTITION',
] as const satisfies readonly ErrorName[]

/** Asks the leaders of the partitions, all at the same time; finding out who leads belongs to it. */
export function settleAtLeaders<P extends TopicPartition, V>(
  cluster: Cluster,
  { callName, api, timeoutMs }: { callName: string; api: string; timeoutMs: number | undefined },
  partitions: readonly P[],
  ask: (connection: Connection, some: readonly P[], attempt: Attempt) => Promise<Map<P, Result<V>>>,
): Promise<Map<P, Result<V>>> {
  // Kafka's client names the request that was under way when the time ran out.
  const wanted = { callName: `${callName}(api=METADATA)`, timeoutMs, again: leaderMoves }
  return settle(cluster, wanted, partitions, async (left, attempt) => {
    const results = new Map<P, Result<V>>()
    wanted.callName = `${callName}(api=METADATA)`
    const connection = await cluster.any()
    attempt.reached = true
    await cluster.metadata([...new Set(left.map(({ topic }) => topic))], { on: connection })
    const byLeader = new Map<number, P[]>()
    for (const each of left) {
      const leader = cluster.leaderOf(each.topic, each.partition)
      if (leader === null) results.set(each, failed(whyLeaderless(cluster, each)))
      else byLeader.set(leader.id, [...(byLeader.get(leader.id) ?? []), each])
    }
    if (byLeader.size > 0) wanted.callName = `${callName}(api=${api})`
    const answers = await Promise.all(
      [...byLeader].map(([id, some]) => askOne(cluster, id, some, (on) => ask(on, some, attempt))),
    )
    for (const answer of answers) for (const [each, result] of answer) results.set(each, result)
    return results
  })
}

/** Why no leader of a partition is known, in the words of Kafka's admin client; null for a leader that may be there in a moment. */
export function topicFault(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
): KafkaError | null {
  const error = cluster.cache.topics.get(topic)?.error ?? 'UNKNOWN_TOPIC_OR_PARTITION'
  if (error === 'NONE') return null
  if (error !== 'INVALID_TOPIC_EXCEPTION') return new KafkaError(error)
  const lead = `Failed to fetch metadata for partition ${partitionKey(topic, partition)}`
  return new KafkaError(error, `${lead} due to invalid topic \`${topic}\``)
}

function whyLeaderless(cluster: Cluster, { topic, partition }: TopicPartition): KafkaError {
  const fault = topicFault(cluster, { topic, partition })
  if (fault !== null) return fault
  const known = cluster.cache.topics
    .get(topic)!
    .partitions.some((each) => each.partition === partition)
  return new KafkaError(known ? 'LEADER_NOT_AVAILABLE' : 'UNKNOWN_TOPIC_OR_PARTITION')
}

/** A broker that cannot be reached is the trouble of its partitions alone. */
async function askOne<P, V>(
  cluster: Cluster,
  brokerId: number,
  some: readonly P[],
  ask: (connection: Connection) => Promise<Map<P, Result<V>>>,
): Promise<Map<P, Result<V>>> {
  try {
    return await ask(await cluster.broker(brokerId))
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return new Map(some.map((each) => [each, failed(error)]))
  }
}
