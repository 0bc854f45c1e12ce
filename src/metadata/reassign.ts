/** AlterPartitionReassignments and ListPartitionReassignments (KIP-455, KIP-860). */
import type { alterPartitionReassignments } from '../protocol/apis/alter-partition-reassignments.ts'
import type { listPartitionReassignments } from '../protocol/apis/list-partition-reassignments.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { checkManualAssignment } from './assignments.ts'
import { alterPartition, uncleanAllowed } from './broker-changes.ts'
import type { Turn } from './controller.ts'
import { attempt, refuse } from './faults.ts'
import type { PartitionImage, TopicImage } from './image.ts'

type Request = RequestOf<typeof alterPartitionReassignments>
type Response = SentResponseOf<typeof alterPartitionReassignments>

export function reassign(turn: Turn, request: Request): Response {
  const { allowReplicationFactorChange } = request
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, replicas }) => ({
      partitionIndex,
      ...attempt(() => {
        const topic = topicOf(turn, name, partitionIndex)
        if (replicas === null) return cancel(turn, topic, partitionIndex)
        change(turn, topic, partitionIndex, replicas, allowReplicationFactorChange)
      }),
    })),
  }))
  return {
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode: 0,
    errorMessage: null,
    responses,
  }
}

function topicOf({ image }: Turn, name: string, partitionId: number): TopicImage {
  const error = 'UNKNOWN_TOPIC_OR_PARTITION'
  const topic = image.topicsByName.get(name)
  if (topic === undefined) return refuse(error, `Unable to find a topic named ${name}.`)
  if (topic.partitions[partitionId] !== undefined) return topic
  return refuse(error, `Unable to find partition ${name}:${partitionId}.`)
}

export function isReassigning({ addingReplicas, removingReplicas }: PartitionImage): boolean {
  return addingReplicas.length > 0 || removingReplicas.length > 0
}

/** The replicas that were coming go, those that were going stay. */
function cancel(turn: Turn, topic: TopicImage, partitionId: number): void {
  const partition = topic.partitions[partitionId]!
  if (!isReassigning(partition)) refuse('NO_REASSIGNMENT_IN_PROGRESS')
  const { addingReplicas } = partition
  const replicas = partition.replicas.filter((id) => !addingReplicas.includes(id))
  const kept = partition.isr.filter((id) => !addingReplicas.includes(id))
  const unclean = uncleanAllowed(turn, topic.name)
  if (kept.length === 0 && !unclean) {
    refuse(
      'INVALID_REPLICA_ASSIGNMENT',
      `Unable to revert partition assignment for ${topic.name}:${partitionId} because it would require an unclean leader election.`,
    )
  }
  alterPartition(turn, topic, partitionId, {
    isr: kept.length > 0 ? kept : replicas.slice(0, 1),
    replicas,
    removing: [],
    adding: [],
    election: unclean ? 'unclean' : 'online',
  })
}

function change(
  turn: Turn,
  topic: TopicImage,
  partitionId: number,
  target: readonly number[],
  factorMayChange: boolean,
): void {
  const partition = topic.partitions[partitionId]!
  checkManualAssignment(turn.image, target, null)
  const { replicas, addingReplicas, removingReplicas } = partition
  const goal = replicas.filter((id) => !removingReplicas.includes(id))
  if (!factorMayChange && target.length !== goal.length) {
    refuse(
      'INVALID_REPLICATION_FACTOR',
      `The replication factor is changed from ${goal.length} to ${target.length}`,
    )
  }
  // A move that is under way is replaced: what it was to bring has not arrived for sure, so it still counts as coming.
  const settled = replicas.filter((id) => !addingReplicas.includes(id))
  const removing = replicas.filter((id) => !target.includes(id)).sort((a, b) => a - b)
  const adding = target.filter((id) => !settled.includes(id)).sort((a, b) => a - b)
  const merged = [...target, ...removing]
  const election = uncleanAllowed(turn, topic.name) ? 'unclean' : 'online'
  alterPartition(turn, topic, partitionId, { replicas: merged, removing, adding, election })
}

export function listReassignments(
  { image }: Turn,
  request: RequestOf<typeof listPartitionReassignments>,
): SentResponseOf<typeof listPartitionReassignments> {
  const asked =
    request.topics ??
    [...image.topicsByName.values()].map(({ name, partitions }) => ({
      name,
      partitionIndexes: [...partitions.keys()],
    }))
  const topics = asked.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.flatMap((partitionIndex) => {
      const partition = image.topicsByName.get(name)?.partitions[partitionIndex]
      if (partition === undefined || !isReassigning(partition)) return []
      const { replicas, addingReplicas, removingReplicas } = partition
      return [{ partitionIndex, replicas, addingReplicas, removingReplicas }]
    }),
  }))
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    errorMessage: null,
    topics: topics.filter(({ partitions }) => partitions.length > 0),
  }
}
