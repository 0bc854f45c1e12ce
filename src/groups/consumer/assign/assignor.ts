/** What the server-side assignors of KIP-848 take and give: partitions by topic id. */
export type PartitionSet = ReadonlyMap<string, ReadonlySet<number>>

export interface MemberSpec {
  readonly instanceId: string | null
  /** Topics that exist. */
  readonly topicIds: ReadonlySet<string>
  /** The target assignment of before: what it had, or was to get. */
  readonly owned: PartitionSet
}

export interface AssignmentSpec {
  readonly members: ReadonlyMap<string, MemberSpec>
  partitionCount(topicId: string): number
}

/** Every member has an entry; every partition of a subscribed topic has exactly one member that subscribes to it. */
export type Assignor = (spec: AssignmentSpec) => Map<string, PartitionSet>

/** An assignment that is being made. */
export type Draft = Map<string, Map<string, Set<number>>>

export function give(draft: Draft, memberId: string, topicId: string, partition: number): void {
  const topics = draft.get(memberId)!
  const partitions = topics.get(topicId)
  if (partitions === undefined) topics.set(topicId, new Set([partition]))
  else partitions.add(partition)
}

export const emptyDraft = (memberIds: Iterable<string>): Draft =>
  new Map([...memberIds].map((id) => [id, new Map()]))

export function sizeOf(partitions: PartitionSet): number {
  let size = 0
  for (const each of partitions.values()) size += each.size
  return size
}
