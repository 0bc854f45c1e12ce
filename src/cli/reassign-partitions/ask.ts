/** What the cluster says of partitions and brokers. */
import { describeCluster } from '../../client/admin/cluster.ts'
import { describeTopics, type TopicDescription } from '../../client/admin/describe-topics.ts'
import { describeLogDirs } from '../../client/admin/log-dirs.ts'
import type { Cluster } from '../../client/cluster.ts'
import {
  comparePartitions,
  partitionKey,
  type TopicPartition,
} from '../../client/topic-partition.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { executionError } from '../java/errors.ts'
import { commandFailed, type Target } from './files.ts'

/** Replicas of all partitions of these topics, in order. */
export async function replicasOfTopics(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Target[]> {
  const described = await describeTopics(cluster, topics)
  return [...described].flatMap(([topic, result]) => {
    if (!result.ok) throw executionError(named(topic, result.error))
    return targetsOf(result.value)
  })
}

function targetsOf({ name, partitions }: TopicDescription): Target[] {
  return partitions.map(({ partition, replicas }) => ({ topic: name, partition, replicas }))
}

// Kafka's client says which topic it did not find.
function named(topic: string, error: KafkaError): KafkaError {
  if (error.error !== 'UNKNOWN_TOPIC_OR_PARTITION') return error
  return new KafkaError(error.error, `Topic ${topic} not found.`)
}

/** Of these partitions, in their order; one that is not there is an error. */
export async function replicasOf(
  cluster: Cluster,
  wanted: readonly TopicPartition[],
): Promise<Target[]> {
  const all = await replicasOfTopics(cluster, [...new Set(wanted.map(({ topic }) => topic))])
  const known = new Map(all.map((each) => [partitionKey(each.topic, each.partition), each]))
  return wanted.map(({ topic, partition }) => {
    const found = known.get(partitionKey(topic, partition))
    if (found !== undefined) return found
    const text = `Unable to find partition: ${partitionKey(topic, partition)}`
    throw executionError(new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', text))
  })
}

/** Where they are now; nowhere for what is not there. */
export async function replicasIfAny(
  cluster: Cluster,
  wanted: readonly TopicPartition[],
): Promise<Map<string, readonly number[]>> {
  const topics = [...new Set(wanted.map(({ topic }) => topic))]
  const described = await describeTopics(cluster, topics)
  const found = [...described.values()].flatMap((result) =>
    result.ok ? targetsOf(result.value) : [],
  )
  return new Map(
    found.map(({ topic, partition, replicas }) => [partitionKey(topic, partition), replicas]),
  )
}

export async function ensureBrokers(cluster: Cluster, targets: readonly Target[]): Promise<void> {
  const known = new Set((await describeCluster(cluster)).nodes.map(({ id }) => id))
  const unknown = targets.flatMap(({ replicas }) => [...replicas]).find((id) => !known.has(id))
  if (unknown !== undefined) throw commandFailed(`Unknown broker id ${unknown}`)
}

/** Kafka's JSON of an assignment, with the directory of each replica; `any` where nobody knows, or nothing is said. */
export async function assignmentJson(
  cluster: Cluster | null,
  assignment: readonly Target[],
): Promise<string> {
  const dirs =
    cluster === null ? new Map<string, string>() : await directoriesOf(cluster, assignment)
  const partitions = [...assignment]
    .sort(comparePartitions)
    .map(({ topic, partition, replicas }) => ({
      topic,
      partition,
      replicas,
      log_dirs: replicas.map((id) => dirs.get(`${id} ${partitionKey(topic, partition)}`) ?? 'any'),
    }))
  return JSON.stringify({ version: 1, partitions })
}

async function directoriesOf(
  cluster: Cluster,
  assignment: readonly Target[],
): Promise<Map<string, string>> {
  const brokers = [...new Set(assignment.flatMap(({ replicas }) => [...replicas]))]
  const found = await Promise.all(
    brokers.map(async (id) =>
      (await describeLogDirs(cluster, id)).flatMap(({ path, replicas }) =>
        replicas
          .filter(({ isFuture }) => !isFuture)
          .map((each) => [`${id} ${partitionKey(each.topic, each.partition)}`, path] as const),
      ),
    ),
  )
  return new Map(found.flat())
}
