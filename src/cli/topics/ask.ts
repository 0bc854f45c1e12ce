import { onceForSame } from '../../base/once-for-same.ts'
import { zeroUuid } from '../../base/uuid.ts'
import { describeCluster, listPartitionReassignments } from '../../client/admin/cluster.ts'
import { type ConfigEntry, describeConfigs } from '../../client/admin/configs.ts'
import {
  describeTopics,
  describeTopicsById,
  type TopicDescription,
} from '../../client/admin/describe-topics.ts'
import { listTopics } from '../../client/admin/topics.ts'
import type { Cluster } from '../../client/cluster.ts'
import { orThrow } from '../../client/result.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { javaHashCode } from '../../protocol/names.ts'
import { type ConfigView, type PartitionView, replicationFactorOf, type TopicView } from './view.ts'

/** All names, Kafka's own topics included. */
export async function topicNames(cluster: Cluster): Promise<string[]> {
  return (await listTopics(cluster)).map(({ name }) => name)
}

/** Descriptions in the order in which Kafka's tool, which keeps them in hash maps, prints them. */
export async function describedTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<TopicDescription[]> {
  const found = await describeTopics(cluster, names)
  return inKafkasOrder(names).map((name) => orThrow(found.get(name)!))
}

async function describedTopicById(cluster: Cluster, topicId: string): Promise<TopicDescription> {
  const found = await describeTopicsById(cluster, [topicId])
  return orThrow(found.get(topicId)!)
}

// Three maps, one filled from the other: the order inside a bucket depends on the one before.
function inKafkasOrder(names: readonly string[]): string[] {
  const count = names.length
  const hash = (each: { hash: number }) => each.hash
  const hashed = names.map((name) => ({ name, hash: javaHashCode(name) }))
  const asked = javaHashMapOrder(hashed, { hash, capacity: count })
  const answered = javaHashMapOrder(asked, { hash, capacity: Math.floor(count / 0.75) + 1 })
  return javaHashMapOrder(answered, { hash, capacity: count }).map(({ name }) => name)
}

/** What several requests tell about the topics. */
export async function topicViews(cluster: Cluster, names: readonly string[]): Promise<TopicView[]> {
  // Both answers are long, and neither needs the other; but what is wrong with a topic is said first.
  const configs = configsOf(cluster, names)
  configs.catch(() => undefined)
  return joined(cluster, await describedTopics(cluster, names), await configs)
}

export async function topicViewById(cluster: Cluster, topicId: string): Promise<TopicView[]> {
  const topics = [await describedTopicById(cluster, topicId)]
  const names = topics.map(({ name }) => name)
  return joined(cluster, topics, await configsOf(cluster, names))
}

async function joined(
  cluster: Cluster,
  topics: readonly TopicDescription[],
  configs: ReadonlyMap<string, ConfigView[]>,
): Promise<TopicView[]> {
  const moving = await reassignments(cluster)
  return topics.map(({ name, topicId, partitions }) => {
    const views: PartitionView[] = partitions.map((each) => {
      const reassignment = moving.get(name)?.get(each.partition)
      return reassignment === undefined ? each : { ...each, reassignment }
    })
    return {
      name,
      topicId: topicId ?? zeroUuid,
      replicationFactor: views[0] === undefined ? 0 : replicationFactorOf(views[0]),
      configs: configs.get(name) ?? [],
      partitions: views,
    }
  })
}

const minInSync = 'min.insync.replicas'

async function configsOf(
  cluster: Cluster,
  names: readonly string[],
): Promise<Map<string, ConfigView[]>> {
  if (names.length === 0) return new Map()
  const resources = names.map((name) => ({ type: 'topic' as const, name }))
  const kinds = new Set<string>()
  // Of thousands of topics the defaults would be most of the work; a report reads the one.
  const wants = (name: string, source: string) => {
    kinds.add(name)
    return source !== 'DEFAULT_CONFIG' || name === minInSync
  }
  const described = await describeConfigs(cluster, resources, { wants })
  // Each has as many, for which the map has room.
  const capacity = Math.ceil(kinds.size / 0.75)
  const viewsOf = onceForSame((entries: readonly ConfigEntry[]): ConfigView[] => {
    const views = entries.map((each) => ({
      name: each.name,
      value: each.sensitive ? null : each.value,
      isDefault: each.source === 'DEFAULT_CONFIG',
    }))
    return javaHashMapOrder(views, { hash: (each) => javaHashCode(each.name), capacity })
  })
  const views = new Map<string, ConfigView[]>()
  for (const [{ name }, result] of described) views.set(name, viewsOf(orThrow(result)))
  return views
}

type Reassignment = NonNullable<PartitionView['reassignment']>

// A broker that cannot tell, or will not tell us, leaves the columns out: so does Kafka's tool.
const ignored = ['UNSUPPORTED_VERSION', 'CLUSTER_AUTHORIZATION_FAILED']

async function reassignments(cluster: Cluster): Promise<Map<string, Map<number, Reassignment>>> {
  const byTopic = new Map<string, Map<number, Reassignment>>()
  for (const { topic, partition, ...each } of await allReassignments(cluster)) {
    const moving = byTopic.get(topic) ?? new Map<number, Reassignment>()
    byTopic.set(topic, moving)
    moving.set(partition, { adding: each.addingReplicas, removing: each.removingReplicas })
  }
  return byTopic
}

async function allReassignments(cluster: Cluster) {
  try {
    return await listPartitionReassignments(cluster)
  } catch (error) {
    if (error instanceof KafkaError && ignored.includes(error.error)) return []
    throw error
  }
}

export async function liveBrokers(cluster: Cluster): Promise<ReadonlySet<number>> {
  return new Set((await describeCluster(cluster)).nodes.map(({ id }) => id))
}
