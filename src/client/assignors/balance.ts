/**
 * Sticky assignment where members want different topics: partitions are given to the member with the fewest that wants them,
 * then moved one by one from members with more to members with fewer, as long as that evens things out.
 */
import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { type Assignments, compareText, type GroupMember, type GroupTopics } from './assignor.ts'
import type { Claims } from './claims.ts'

class Table {
  readonly wants: ReadonlyMap<string, ReadonlySet<string>>
  readonly counts: ReadonlyMap<string, number>
  readonly assignments: Assignments
  readonly owners = new Map<string, string>()
  /** Of members that still take part: fewest partitions first, then by id. */
  active: string[]

  constructor(
    wants: ReadonlyMap<string, ReadonlySet<string>>,
    counts: ReadonlyMap<string, number>,
    assignments: Assignments,
  ) {
    this.wants = wants
    this.counts = counts
    this.assignments = assignments
    this.active = [...assignments.keys()]
    for (const [memberId, partitions] of assignments) {
      for (const each of partitions) this.owners.set(keyOf(each), memberId)
    }
    this.sort()
  }

  sizeOf(memberId: string): number {
    return this.assignments.get(memberId)!.length
  }

  sort(): void {
    this.active.sort((a, b) => this.sizeOf(a) - this.sizeOf(b) || compareText(a, b))
  }

  give(partition: TopicPartition, memberId: string): void {
    this.assignments.get(memberId)!.push(partition)
    this.owners.set(keyOf(partition), memberId)
    this.sort()
  }

  move(partition: TopicPartition, to: string): void {
    const from = this.assignments.get(this.owners.get(keyOf(partition))!)!
    from.splice(
      from.findIndex((each) => keyOf(each) === keyOf(partition)),
      1,
    )
    this.give(partition, to)
  }

  whoWants(topic: string): string[] {
    return [...this.wants].filter(([, topics]) => topics.has(topic)).map(([memberId]) => memberId)
  }

  /** How many partitions a member could have at most. */
  mostOf(memberId: string): number {
    let most = 0
    for (const topic of this.wants.get(memberId)!) most += this.counts.get(topic) ?? 0
    return most
  }
}

const keyOf = ({ topic, partition }: TopicPartition) => partitionKey(topic, partition)

type Earlier = ReadonlyMap<string, string>

export function assignBalanced(
  topics: GroupTopics,
  members: readonly GroupMember[],
  claims: Claims,
  /** Who owned a partition in an older generation than the newest. */
  earlier: Earlier,
): Assignments {
  const { partitionCounts } = topics
  const wants = new Map(
    members.map(({ memberId, topics: names }) => [
      memberId,
      new Set(names.filter((name) => partitionCounts.has(name))),
    ]),
  )
  const { kept, hasRevoked } = keptOf(members, wants, claims)
  const table = new Table(wants, partitionCounts, kept)
  const all = sortedPartitions(table)
  const left = all.filter((each) => !table.owners.has(keyOf(each)))
  balance(table, { all, left, hasRevoked, earlier })
  return table.assignments
}

function keptOf(
  members: readonly GroupMember[],
  wants: ReadonlyMap<string, ReadonlySet<string>>,
  claims: Claims,
): { kept: Assignments; hasRevoked: boolean } {
  let hasRevoked = false
  const kept: Assignments = new Map()
  for (const { memberId } of members) {
    const list = claims.owned.get(memberId)!.filter((each) => {
      const isWanted = wants.get(memberId)!.has(each.topic)
      if (!isWanted) hasRevoked = true
      return isWanted
    })
    kept.set(memberId, list)
  }
  return { kept, hasRevoked }
}

/** Topics that few members want come first. */
function sortedPartitions(table: Table): TopicPartition[] {
  const topics = [...table.counts.keys()]
    .filter((topic) => table.whoWants(topic).length > 0)
    .map((topic) => ({ topic, wanted: table.whoWants(topic).length }))
    .sort((a, b) => a.wanted - b.wanted || compareText(a.topic, b.topic))
  return topics.flatMap(({ topic }) =>
    Array.from({ length: table.counts.get(topic)! }, (_, partition) => ({ topic, partition })),
  )
}

function balance(
  table: Table,
  given: {
    all: readonly TopicPartition[]
    left: readonly TopicPartition[]
    hasRevoked: boolean
    earlier: Earlier
  },
): void {
  const { all, left, hasRevoked, earlier } = given
  const isFirstTime = table.sizeOf(table.active.at(-1)!) === 0
  for (const partition of left) {
    const memberId = table.active.find((each) => table.wants.get(each)!.has(partition.topic))
    if (memberId !== undefined) table.give(partition, memberId)
  }
  const isMovable = ({ topic }: TopicPartition) => table.whoWants(topic).length >= 2
  const movable = all.filter(isMovable)
  table.active = table.active.filter((memberId) => takesPart(table, memberId))
  const before = copyOf(table)
  const moves = new Moves()
  const newOnes = left.filter(isMovable)
  if (!hasRevoked && newOnes.length > 0) moveAround(table, newOnes, { earlier, moves })
  const hasMoved = moveAround(table, movable, { earlier, moves })
  if (isFirstTime || !hasMoved || score(table.assignments) < score(before)) return
  // What was moved evened nothing out: then it may as well stay where it was.
  for (const [memberId, partitions] of before) table.assignments.set(memberId, partitions)
}

function copyOf(table: Table): Assignments {
  return new Map([...table.assignments].map(([memberId, list]) => [memberId, [...list]]))
}

/** Members that can neither give nor take anything are left out. */
function takesPart(table: Table, memberId: string): boolean {
  const list = table.assignments.get(memberId)!
  if (list.length < table.mostOf(memberId)) return true
  return list.some(({ topic }) => table.whoWants(topic).length >= 2)
}

function moveAround(
  table: Table,
  partitions: readonly TopicPartition[],
  { earlier, moves }: { earlier: Earlier; moves: Moves },
): boolean {
  let hasMoved = false
  for (let isModified = true; isModified; ) {
    isModified = false
    for (const partition of partitions) {
      if (isBalanced(table)) return hasMoved
      const owner = table.owners.get(keyOf(partition))!
      const to = betterOwner(table, partition, owner, earlier)
      if (to === null) continue
      const actual = moves.actual(partition, owner, to)
      moves.note(actual, owner, to)
      table.move(actual, to)
      isModified = hasMoved = true
    }
  }
  return hasMoved
}

function betterOwner(
  table: Table,
  partition: TopicPartition,
  owner: string,
  earlier: Earlier,
): string | null {
  const size = table.sizeOf(owner)
  const before = earlier.get(keyOf(partition))
  if (before !== undefined && table.assignments.has(before) && size > table.sizeOf(before) + 1) {
    return before
  }
  const others = table.whoWants(partition.topic)
  if (!others.some((other) => size > table.sizeOf(other) + 1)) return null
  return table.active.find((each) => table.wants.get(each)!.has(partition.topic)) ?? null
}

function isBalanced(table: Table): boolean {
  const { active } = table
  if (active.length === 0) return true
  const fewest = table.sizeOf(active[0]!)
  const most = table.sizeOf(active.at(-1)!)
  if (fewest >= most - 1) return true
  for (const memberId of active) {
    const size = table.sizeOf(memberId)
    if (size === table.mostOf(memberId)) continue
    for (const topic of table.wants.get(memberId)!) {
      for (let partition = 0; partition < (table.counts.get(topic) ?? 0); partition++) {
        const owner = table.owners.get(partitionKey(topic, partition))
        if (owner === undefined || owner === memberId) continue
        if (size < table.sizeOf(owner)) return false
      }
    }
  }
  return true
}

/** The sum of all differences: 0 is perfect. */
function score(assignments: Assignments): number {
  const sizes = [...assignments.values()].map((list) => list.length)
  let sum = 0
  for (let i = 0; i < sizes.length; i++) {
    for (let j = i + 1; j < sizes.length; j++) sum += Math.abs(sizes[i]! - sizes[j]!)
  }
  return sum
}

/** Remembers who gave what to whom, so that a partition of the same topic that came the other way goes back instead. */
class Moves {
  readonly #paths = new Map<string, { from: string; to: string; partition: TopicPartition }>()

  note(partition: TopicPartition, from: string, to: string): void {
    const key = keyOf(partition)
    const known = this.#paths.get(key)
    if (known === undefined) this.#paths.set(key, { from, to, partition })
    else if (known.from === to) this.#paths.delete(key)
    else this.#paths.set(key, { from: known.from, to, partition })
  }

  actual(partition: TopicPartition, from: string, to: string): TopicPartition {
    const origin = this.#paths.get(keyOf(partition))?.from ?? from
    for (const path of this.#paths.values()) {
      const isSameTopic = path.partition.topic === partition.topic
      if (isSameTopic && path.from === to && path.to === origin) return path.partition
    }
    return partition
  }
}
