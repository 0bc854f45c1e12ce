/** Limits on what a reassignment may copy: set on the brokers, and on the replicas of each topic that take part. */
import { describeCluster, type Reassignment } from '../../client/admin/cluster.ts'
import { type ConfigChange, incrementalAlterConfigs } from '../../client/admin/configs.ts'
import type { Resource } from '../../client/admin/resources.ts'
import type { Cluster } from '../../client/cluster.ts'
import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { executionError } from '../java/errors.ts'
import type { Target } from './files.ts'

const brokerRates = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate']
const ioRate = 'replica.alter.log.dirs.io.max.bytes.per.second'
const leaders = 'leader.replication.throttled.replicas'
const followers = 'follower.replication.throttled.replicas'

type Changes = Map<Resource, readonly ConfigChange[]>

export async function setThrottle(
  cluster: Cluster,
  {
    active,
    current,
    targets,
    rate,
  }: {
    active: readonly Reassignment[]
    current: readonly Target[]
    targets: readonly Target[]
    rate: bigint
  },
): Promise<void> {
  const moves = movesOf({ active, current, targets })
  const changes: Changes = new Map()
  const set = (name: string, value: string) => ({ operation: 'set', name, value }) as const
  for (const topic of new Set(moves.map((move) => move.topic))) {
    const own = moves.filter((move) => move.topic === topic)
    const listed = (which: 'sources' | 'destinations') =>
      own
        .flatMap((move) => move[which].map((id) => `${move.partition}:${id}`))
        .sort()
        .join(',')
    changes.set({ type: 'topic', name: topic }, [
      set(leaders, listed('sources')),
      set(followers, listed('destinations')),
    ])
  }
  const brokers = moves.flatMap(({ sources, destinations }) => [...sources, ...destinations])
  for (const id of sorted(brokers)) {
    const own = brokerRates.map((name) => set(name, String(rate)))
    changes.set({ type: 'broker', name: String(id) }, own)
  }
  await apply(cluster, changes)
}

type Move = TopicPartition & {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
}

/** Those on the way, and those that begin; a replica that is on the way to a broker is no source, it has not arrived. */
export function movesOf({
  active,
  current,
  targets,
}: {
  active: readonly Reassignment[]
  current: readonly Target[]
  targets: readonly Target[]
}): Move[] {
  const moves = new Map<string, Move>()
  for (const { topic, partition, replicas, addingReplicas } of active) {
    const sources = replicas.filter((id) => !addingReplicas.includes(id))
    moves.set(partitionKey(topic, partition), {
      topic,
      partition,
      sources,
      destinations: addingReplicas,
    })
  }
  for (const [index, { topic, partition, replicas }] of targets.entries()) {
    const key = partitionKey(topic, partition)
    const sources = moves.get(key)?.sources ?? current[index]!.replicas
    const destinations = replicas.filter((id) => !sources.includes(id))
    moves.set(key, { topic, partition, sources, destinations })
  }
  return [...moves.values()]
}

/** What may be copied between the log directories of each of these brokers. */
export async function setDirThrottle(
  cluster: Cluster,
  brokers: readonly number[],
  rate: bigint,
): Promise<void> {
  const change = { operation: 'set', name: ioRate, value: String(rate) } as const
  const changes: Changes = new Map(
    sorted(brokers).map((id) => [{ type: 'broker', name: String(id) }, [change]]),
  )
  await apply(cluster, changes)
}

export async function clearThrottles(
  cluster: Cluster,
  targets: readonly Target[],
  write: (text: string) => void,
): Promise<void> {
  const { nodes } = await describeCluster(cluster)
  const brokers = sorted([
    ...nodes.map(({ id }) => id),
    ...targets.flatMap(({ replicas }) => [...replicas]),
  ]).filter((id) => nodes.some((node) => node.id === id))
  write(`Clearing broker-level throttles on broker${plural(brokers)} ${brokers.join(',')}\n`)
  const remove = (name: string) => ({ operation: 'delete', name }) as const
  await apply(
    cluster,
    new Map(
      brokers.map((id) => [
        { type: 'broker', name: String(id) },
        [...brokerRates, ioRate].map(remove),
      ]),
    ),
  )
  const topics = javaHashMapOrder([...new Set(targets.map(({ topic }) => topic))])
  write(`Clearing topic-level throttles on topic${plural(topics)} ${topics.join(',')}\n`)
  await apply(
    cluster,
    new Map(topics.map((name) => [{ type: 'topic', name }, [leaders, followers].map(remove)])),
  )
}

const plural = (items: readonly unknown[]) => (items.length === 1 ? '' : 's')
const sorted = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b)

async function apply(cluster: Cluster, changes: Changes): Promise<void> {
  for (const result of (await incrementalAlterConfigs(cluster, changes)).values()) {
    if (!result.ok) throw executionError(result.error)
  }
}
