/** CreateTopics as KRaft's controller decides it. */
import { uuidFrom } from '../base/uuid.ts'
import type { createTopics } from '../protocol/apis/create-topics.ts'
import { describeTopic } from '../protocol/configs/describe.ts'
import { topicNameFault } from '../protocol/names.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { configChanges } from './alter-configs.ts'
import {
  checkManualAssignment,
  chosenReplicas,
  defaultPartitions,
  defaultReplicationFactor,
  firstPartitionRecord,
  inSyncOf,
  manualInSync,
} from './assignments.ts'
import { brokerConfigs, keep, type Turn } from './controller.ts'
import { attempt, fault, refuse } from './faults.ts'
import type { MetadataImage } from './image.ts'
import { type MetadataRecord, record } from './records.ts'

type Request = RequestOf<typeof createTopics>
type Topic = Request['topics'][number]
type Result = SentResponseOf<typeof createTopics>['topics'][number]

const metadataTopic = '__cluster_metadata'
/** More would make one batch of the log too large to be read in one piece; as Kafka. */
export const recordsMax = 10_000

export function makeTopics(turn: Turn, request: Request): SentResponseOf<typeof createTopics> {
  const names = request.topics.map(({ name }) => name)
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i))
  const wanted = request.topics.filter(({ name }) => !twice.has(name) && name !== metadataTopic)
  const made: MetadataRecord[] = []
  const topics: Result[] = wanted.map((topic) => {
    let result: Result | null = null
    const refused = attempt(() => {
      result = makeTopic(turn, topic, made)
    })
    return result ?? { name: topic.name, ...refused }
  })
  for (const name of twice)
    topics.push({ name, ...fault('INVALID_REQUEST', 'Duplicate topic name.') })
  if (names.includes(metadataTopic) && !twice.has(metadataTopic)) {
    const message = `Creation of internal topic ${metadataTopic} is prohibited.`
    topics.push({ name: metadataTopic, ...fault('INVALID_REQUEST', message) })
  }
  if (!request.validateOnly) for (const each of made) keep(turn, each)
  return { throttleTimeMs: 0, topics }
}

/** The records of one topic are added to the others'; nothing is added if it is refused. */
function makeTopic(turn: Turn, topic: Topic, made: MetadataRecord[]): Result {
  const { image } = turn
  const { name } = topic
  checkName(turn, name)
  checkConfigs(topic)
  const wanted = topic.configs.map((each) => [each.name, each.value] as const)
  const configRecords = configChanges(turn, 'topic', name, new Map(wanted), { fresh: true })
  const assigned =
    topic.assignments.length > 0 ? manualReplicas(image, topic) : placedReplicas(turn, topic)
  if (made.length + configRecords.length + assigned.length + 1 > recordsMax) {
    refuse('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  }
  const topicId = uuidFrom(turn.chance)
  made.push(record('topic', 0, { name, topicId }), ...configRecords)
  for (const [partitionId, { replicas, isr }] of assigned.entries()) {
    made.push(firstPartitionRecord(image, { topicId, partitionId }, replicas, isr))
  }
  const overrides = new Map(topic.configs.map((each) => [each.name, each.value ?? '']))
  return {
    name,
    topicId,
    errorCode: 0,
    errorMessage: null,
    numPartitions: assigned.length,
    replicationFactor: assigned[0]!.replicas.length,
    configs: describeTopic(brokerConfigs(turn).topic(overrides)),
  }
}

function checkName({ controller, image }: Turn, name: string): void {
  if (image.topicsByName.has(name))
    refuse('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
  const objection = topicNameFault(name)
  if (objection !== null) refuse('INVALID_TOPIC_EXCEPTION', objection)
  const other = controller.colliding.with(name)
  if (other !== undefined) {
    refuse('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
  }
}

function checkConfigs({ configs }: Topic): void {
  const nulls = configs.filter(({ value }) => value === null).map((each) => each.name)
  if (nulls.length === 0) return
  refuse('INVALID_CONFIG', `Null value not supported for topic configs: ${nulls.join(',')}`)
}

interface Assigned {
  replicas: readonly number[]
  isr: readonly number[]
}

function manualReplicas(image: MetadataImage, topic: Topic): Assigned[] {
  if (topic.replicationFactor !== -1) {
    refuse(
      'INVALID_REQUEST',
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    )
  }
  if (topic.numPartitions !== -1) {
    refuse(
      'INVALID_REQUEST',
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    )
  }
  const assigned = new Map<number, Assigned>()
  let replicationFactor: number | null = null
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (assigned.has(partitionIndex)) {
      refuse(
        'INVALID_REPLICA_ASSIGNMENT',
        `Found multiple manual partition assignments for partition ${partitionIndex}`,
      )
    }
    checkManualAssignment(image, brokerIds, replicationFactor)
    replicationFactor = brokerIds.length
    const isr = manualInSync(image, brokerIds, partitionIndex)
    assigned.set(partitionIndex, { replicas: brokerIds, isr })
  }
  return Array.from({ length: assigned.size }, (_, i) => {
    return (
      assigned.get(i) ??
      refuse(
        'INVALID_REPLICA_ASSIGNMENT',
        'partitions should be a consecutive 0-based integer sequence',
      )
    )
  })
}

function placedReplicas(turn: Turn, topic: Topic): Assigned[] {
  if (topic.replicationFactor < -1 || topic.replicationFactor === 0) {
    refuse(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    )
  }
  if (topic.numPartitions < -1 || topic.numPartitions === 0) {
    refuse('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  }
  const partitions = topic.numPartitions === -1 ? defaultPartitions(turn) : topic.numPartitions
  const replicationFactor =
    topic.replicationFactor === -1 ? defaultReplicationFactor(turn) : topic.replicationFactor
  if (partitions > recordsMax) {
    refuse('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  }
  let placed: number[][] = []
  const refused = attempt(() => {
    placed = chosenReplicas(turn, { partitions, replicationFactor })
  })
  if (refused.errorCode !== 0) {
    refuse(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): ${refused.errorMessage}`,
    )
  }
  return placed.map((replicas) => ({ replicas, isr: inSyncOf(turn.image, replicas) }))
}
