import { zeroUuid } from '../../base/uuid.ts'
import { describeCluster, listPartitionReassignments } from '../../client/admin/cluster.ts'
import { describeConfigs } from '../../client/admin/configs.ts'
import {
  describeTopics,
  describeTopicsById,
  type TopicDescription,
} from '../../client/admin/describe-topics.ts'
import { listTopics } from '../../client/admin/topics.ts'
import type { Cluster } from '../../client/cluster.ts'
import { orThrow } from '../../client/result.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { javaHash, javaHashMapOrder } from '../java/hash-map.ts'
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

export async function describedTopicById(
  cluster: Cluster,
  topicId: string,
): Promise<TopicDescription> {
  const found = await describeTopicsById(cluster, [topicId])
  return orThrow(found.get(topicId)!)
}

// Three maps, one filled from the other: the order inside a bucket depends on the one before.
function inKafkasOrder(names: readonly string[]): string[] {
  const count = names.length
  const asked = javaHashMapOrder(names, { capacity: count })
  const answered = javaHashMapOrder(asked, { capacity: Math.floor(count / 0.75) + 1 })
  return javaHashMapOrder(answered, { capacity: count })
}

/** Joins what several requests tell about the topics. */
export async function topicViews(
  cluster: Cluster,
  topics: readonly TopicDescription[],
): Promise<TopicView[]> {
  const configs = await configsOf(cluster, topics)
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
  topics: readonly TopicDescription[],
): Promise<Map<string, ConfigView[]>> {
  if (topics.length === 0) return new Map()
  const resources = topics.map(({ name }) => ({ type: 'topic' as const, name }))
  let count = 0
  // Of thousands of topics the defaults would be most of the work; a report reads the one.
  const wants = (name: string, source: string) => {
    count++
    return source !== 'DEFAULT_CONFIG' || name === minInSync
  }
  const described = await describeConfigs(cluster, resources, { wants })
  // Each has as many, for which the map has room.
  const capacity = Math.ceil(count / topics.length / 0.75)
  return new Map(
    [...described].map(([{ name }, result]) => {
      const views = orThrow(result).map((each) => ({
        name: each.name,
        value: each.sensitive ? null : each.value,
        isDefault: each.source === 'DEFAULT_CONFIG',
      }))
      return [name, javaHashMapOrder(views, { hash: (each) => javaHash(each.name), capacity })]
    }),
  )
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
