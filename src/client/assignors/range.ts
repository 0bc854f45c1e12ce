/**
 * Of each topic every member gets a run of partitions, and the first members one more where they do not come out even. With racks
 * (KIP-881) members are given partitions of their own rack first; topics that have the same members and the same number of
 * partitions are then dealt together, so that joins over partition numbers stay together.
 */
import {
  type Assignments,
  type Assignor,
  compareMembers,
  compareText,
  emptyAssignments,
  type GroupMember,
  type GroupTopics,
} from './assignor.ts'

export const range: Assignor = { name: 'range', isCooperative: false, assign }

type TopicState = {
  readonly topic: string
  readonly members: readonly GroupMember[]
  readonly count: number
  /** Partitions that nobody has yet, in order. */
  left: number[]
  readonly given: Map<string, number[]>
  readonly racks: readonly (readonly string[])[] | null
}

function assign(topics: GroupTopics, members: readonly GroupMember[]): Assignments {
  const states = statesOf(topics, members)
  const withRacks = states.filter((state) => state.racks !== null)
  const alike = new Map<string, TopicState[]>()
  for (const state of withRacks) {
    const key = JSON.stringify([state.members.map(({ memberId }) => memberId), state.count])
    alike.set(key, [...(alike.get(key) ?? []), state])
  }
  for (const group of alike.values()) {
    if (group.length > 1) giveTogether(group)
  }
  for (const state of withRacks) giveByRack(state)
  for (const state of states) giveRanges(state)
  const assignments = emptyAssignments(members)
  for (const { topic, given } of states) {
    for (const [memberId, partitions] of given) {
      const list = assignments.get(memberId)!
      for (const partition of [...partitions].sort((a, b) => a - b)) list.push({ topic, partition })
    }
  }
  return assignments
}

function statesOf(topics: GroupTopics, members: readonly GroupMember[]): TopicState[] {
  const names = [...new Set(members.flatMap((member) => member.topics))].sort(compareText)
  return names.flatMap((topic) => {
    const count = topics.partitionCounts.get(topic) ?? 0
    if (count === 0) return []
    const wanting = members.filter((each) => each.topics.includes(topic)).sort(compareMembers)
    return [
      {
        topic,
        members: wanting,
        count,
        left: Array.from({ length: count }, (_, partition) => partition),
        given: new Map(wanting.map(({ memberId }) => [memberId, [] as number[]])),
        racks: usefulRacks(topics.racks?.get(topic), wanting),
      },
    ]
  })
}

/** Racks count only if a member has one in which some partition lies, and not all partitions lie in the same ones. */
function usefulRacks(
  racks: readonly (readonly string[])[] | undefined,
  members: readonly GroupMember[],
): readonly (readonly string[])[] | null {
  if (racks === undefined) return null
  const ofPartitions = new Set(racks.flat())
  if (!members.some(({ rack }) => rack !== null && ofPartitions.has(rack))) return null
  const isSame = racks.every((each) => new Set(each).size === ofPartitions.size)
  return isSame ? null : racks
}

/** How many partitions a member may have: its share, and one more as long as there are such left. */
function quotaLeft(state: TopicState, memberId: string): number {
  const { count, members, given } = state
  const share = Math.floor(count / members.length)
  const larger = count % members.length
  const has = given.get(memberId)!.length
  if (has < share) return share - has
  const withMore = [...given.values()].filter((each) => each.length > share).length
  return has === share && withMore < larger ? 1 : 0
}

function give(state: TopicState, memberId: string, partition: number): void {
  state.given.get(memberId)!.push(partition)
  state.left = state.left.filter((each) => each !== partition)
}

/** The same partition numbers of all topics alike, to a member in whose rack all of them lie. */
function giveTogether(states: readonly TopicState[]): void {
  const { members, left } = states[0]!
  for (const partition of [...left]) {
    const taker = members.find(
      ({ memberId, rack }) =>
        rack !== null &&
        states.every((state) => quotaLeft(state, memberId) > 0 && isIn(state, rack, partition)),
    )
    if (taker === undefined) continue
    for (const state of states) give(state, taker.memberId, partition)
  }
}

function giveByRack(state: TopicState): void {
  for (const { memberId, rack } of state.members) {
    if (rack === null) continue
    const near = state.left.filter((partition) => isIn(state, rack, partition))
    for (const partition of near.slice(0, quotaWhole(state, memberId)))
      give(state, memberId, partition)
  }
}

/** All that a member may still take at once. */
function quotaWhole(state: TopicState, memberId: string): number {
  const { count, members, given } = state
  const share = Math.floor(count / members.length)
  const larger = count % members.length
  const withMore = [...given.entries()].filter(
    ([id, each]) => id !== memberId && each.length > share,
  ).length
  const most = share + (withMore < larger ? 1 : 0)
  return Math.max(0, most - given.get(memberId)!.length)
}

function isIn(state: TopicState, rack: string, partition: number): boolean {
  return state.racks?.[partition]?.includes(rack) ?? false
}

function giveRanges(state: TopicState): void {
  for (const { memberId } of state.members) {
    const run = state.left.slice(0, quotaWhole(state, memberId))
    for (const partition of run) give(state, memberId, partition)
  }
}
