/** Sets of partitions, between records, requests and what the core reckons with. */
import type { PartitionSet } from './assign/assignor.ts'
import type { OwnedPartitions } from './state.ts'

export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

const ascending = (a: number, b: number): number => a - b

export function setFrom(topics: readonly TopicPartitions[]): PartitionSet {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
}

export function listOf(partitions: PartitionSet | OwnedPartitions): {
  topicId: string
  partitions: number[]
}[] {
  return [...partitions].map(([topicId, each]) => ({
    topicId,
    partitions: [...each.keys()].sort(ascending),
  }))
}

/** Those of both; no partition is in both. */
export function joinedOf(a: OwnedPartitions, b: OwnedPartitions): OwnedPartitions {
  const all = new Map(a)
  for (const [topicId, epochs] of b) {
    all.set(topicId, new Map([...(all.get(topicId) ?? []), ...epochs]))
  }
  return all
}

export function ownedFrom(
  topics: readonly (TopicPartitions & { readonly assignmentEpochs: readonly number[] | null })[],
  memberEpoch: number,
): OwnedPartitions {
  return new Map(
    topics.map(({ topicId, partitions, assignmentEpochs }) => [
      topicId,
      // Records of Kafka before 4.3 know the epoch of the member alone.
      new Map(partitions.map((each, index) => [each, assignmentEpochs?.[index] ?? memberEpoch])),
    ]),
  )
}

export function ownedList(partitions: OwnedPartitions) {
  return [...partitions].map(([topicId, epochs]) => {
    const entries = [...epochs].sort(([a], [b]) => a - b)
    return {
      topicId,
      partitions: entries.map(([partition]) => partition),
      assignmentEpochs: entries.map(([, epoch]) => epoch),
    }
  })
}

export function samePartitions(a: PartitionSet, b: PartitionSet): boolean {
  return isSubset(a, b) && isSubset(b, a)
}

export function sameOwned(a: OwnedPartitions, b: OwnedPartitions): boolean {
  if (a.size !== b.size) return false
  for (const [topicId, epochs] of a) {
    const others = b.get(topicId)
    if (others === undefined || others.size !== epochs.size) return false
    for (const [partition, epoch] of epochs) if (others.get(partition) !== epoch) return false
  }
  return true
}

export function isSubset(
  part: PartitionSet | OwnedPartitions,
  whole: PartitionSet | OwnedPartitions,
): boolean {
  for (const [topicId, partitions] of part) {
    for (const partition of partitions.keys()) {
      if (!whole.get(topicId)?.has(partition)) return false
    }
  }
  return true
}

export function intersect(
  a: PartitionSet | OwnedPartitions,
  b: PartitionSet | OwnedPartitions,
): boolean {
  for (const [topicId, partitions] of a) {
    for (const partition of partitions.keys()) if (b.get(topicId)?.has(partition)) return true
  }
  return false
}
