/** CreatePartitions as KRaft's controller decides it. */
import type { createPartitions } from '../protocol/apis/create-partitions.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import {
  checkManualAssignment,
  chosenReplicas,
  firstPartitionRecord,
  inSyncOf,
  manualInSync,
} from './assignments.ts'
import { keep, type Turn } from './controller.ts'
import { recordsMax } from './create-topics.ts'
import { attempt, fault, refuse } from './faults.ts'
import type { MetadataRecord } from './records.ts'

type Request = RequestOf<typeof createPartitions>
type Topic = Request['topics'][number]

export function extendTopics(
  turn: Turn,
  request: Request,
): SentResponseOf<typeof createPartitions> {
  const names = request.topics.map(({ name }) => name)
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i))
  const made: MetadataRecord[] = []
  const results = request.topics
    .filter(({ name }) => !twice.has(name))
    .map((topic) => ({ name: topic.name, ...attempt(() => extendTopic(turn, topic, made)) }))
  for (const name of twice) {
    results.push({ name, ...fault('INVALID_REQUEST', 'Duplicate topic name.') })
  }
  if (!request.validateOnly) for (const each of made) keep(turn, each)
  return { throttleTimeMs: 0, results }
}

function extendTopic(
  turn: Turn,
  { name, count, assignments }: Topic,
  made: MetadataRecord[],
): void {
  const { image } = turn
  const topic = image.topicsByName.get(name)
  if (topic === undefined) return refuse('UNKNOWN_TOPIC_OR_PARTITION')
  const present = topic.partitions.length
  if (count === present) {
    refuse('INVALID_PARTITIONS', `Topic already has ${present} partition(s).`)
  }
  if (count < present) {
    refuse(
      'INVALID_PARTITIONS',
      `The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`,
    )
  }
  const partitions = count - present
  if (assignments !== null && assignments.length !== partitions) {
    refuse(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${partitions} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    )
  }
  if (made.length + partitions > recordsMax) {
    refuse('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  }
  const replicationFactor = topic.partitions[0]!.replicas.length
  const assigned =
    assignments?.map(({ brokerIds }, i) => {
      checkManualAssignment(image, brokerIds, replicationFactor)
      return { replicas: brokerIds, isr: manualInSync(image, brokerIds, present + i) }
    }) ??
    chosenReplicas(turn, { partitions, replicationFactor }).map((replicas) => ({
      replicas,
      isr: inSyncOf(image, replicas),
    }))
  for (const [i, { replicas, isr }] of assigned.entries()) {
    const at = { topicId: topic.id, partitionId: present + i }
    made.push(firstPartitionRecord(image, at, replicas, isr))
  }
}
