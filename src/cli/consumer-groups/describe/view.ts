/** What `--describe` knows of a group, whatever the form of the output. */
export type GroupView = {
  readonly group: string
  readonly state: string
  readonly coordinator: { readonly host: string; readonly port: number; readonly id: number }
  readonly strategy: string
  /** Of the consumer protocol; null for a classic group. */
  readonly groupEpoch: number | null
  readonly targetAssignmentEpoch: number | null
  readonly members: readonly MemberView[]
}

export type MemberView = {
  readonly consumerId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly assignment: readonly TopicPartition[]
  readonly target: readonly TopicPartition[] | null
  readonly epoch: number | null
  /** False for a classic member in a consumer group, null where nobody tells. */
  readonly upgraded: boolean | null
}

export type TopicPartition = { readonly topic: string; readonly partition: number }

export type OffsetRow = {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly currentOffset: bigint | null
  readonly leaderEpoch: number | null
  readonly logEndOffset: bigint | null
  readonly lag: bigint | null
  readonly consumerId: string | null
  readonly host: string | null
  readonly clientId: string | null
}

export type Committed = { readonly offset: bigint; readonly leaderEpoch: number | null }

/** A partition as a key of a map, and in Kafka's messages. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

/**
 * One row for each partition: first those that members hold, the busiest member first, then those that only have a
 * committed offset.
 */
export function offsetRows(
  view: GroupView,
  {
    committed,
    ends,
  }: {
    committed: ReadonlyMap<string, TopicPartition & Committed>
    ends: ReadonlyMap<string, bigint>
  },
): OffsetRow[] {
  const row = (at: TopicPartition, member: MemberView | null): OffsetRow => {
    const commit = committed.get(nameOf(at))
    const end = ends.get(nameOf(at)) ?? null
    const current = commit === undefined || commit.offset < 0n ? null : commit.offset
    return {
      group: view.group,
      topic: at.topic,
      partition: at.partition,
      currentOffset: current,
      leaderEpoch: commit?.leaderEpoch ?? null,
      logEndOffset: end,
      lag: current === null || end === null ? null : end - current,
      consumerId: member?.consumerId ?? null,
      host: member?.host ?? null,
      clientId: member?.clientId ?? null,
    }
  }
  const busy = [...view.members].sort((a, b) => b.assignment.length - a.assignment.length)
  const held = new Set(busy.flatMap(({ assignment }) => assignment.map(nameOf)))
  const left = [...committed.values()].filter((at) => !held.has(nameOf(at)))
  return [
    ...busy.flatMap((member) => inOrder(member.assignment).map((at) => row(at, member))),
    ...inOrder(left).map((at) => row(at, null)),
  ]
}

export function inOrder<T extends TopicPartition>(partitions: readonly T[]): T[] {
  return [...partitions].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  )
}
