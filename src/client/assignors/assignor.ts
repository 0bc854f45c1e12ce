/** Assignors of the classic protocol: the leader of a group runs one, as a pure function of members and partitions. */
import type { TopicPartition } from '../topic-partition.ts'

export type GroupMember = {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly string[]
  /** What it says it owns; an eager member has given back everything before it says so. */
  readonly owned: readonly TopicPartition[]
  /** The generation in which it owned that; −1 where it does not say. */
  readonly generation: number
  readonly userData: Uint8Array | null
  readonly rack: string | null
}

export type GroupTopics = {
  /** How many partitions a topic has; one that is not there is left out. */
  readonly partitionCounts: ReadonlyMap<string, number>
  /** The racks of each partition's replicas, where they are known. */
  readonly racks?: ReadonlyMap<string, readonly (readonly string[])[]>
}

export type Assignments = Map<string, TopicPartition[]>

export type Assignor = {
  readonly name: string
  /** Cooperative members keep what they own while the group rebalances (KIP-429). */
  readonly isCooperative: boolean
  assign(topics: GroupTopics, members: readonly GroupMember[]): Assignments
  /** What a member tells the leader beside its subscription. */
  userData?(owned: readonly TopicPartition[], generation: number): Uint8Array | null
}

/** Static members by their instance ids first, then the others by member id: the order that range and round-robin go by. */
export function compareMembers(a: GroupMember, b: GroupMember): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null) {
    return compareText(a.groupInstanceId, b.groupInstanceId)
  }
  if (a.groupInstanceId !== null) return -1
  if (b.groupInstanceId !== null) return 1
  return compareText(a.memberId, b.memberId)
}

/** As Java compares strings: by UTF-16 code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function emptyAssignments(members: readonly GroupMember[]): Assignments {
  return new Map(members.map(({ memberId }) => [memberId, []]))
}
