import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import type { GroupMember, GroupTopics } from './assignor.ts'

/** Who is near to which partition (KIP-881). */
export type Racks = {
  /** Whether racks make any difference: some member is near to something, and not everybody to everything. */
  readonly matter: boolean
  /** Whether the member has a rack and no replica of the partition lies in it. */
  isFar(memberId: string, partition: TopicPartition): boolean
  /** The first of these members, counted from `turn` and round, in whose rack the partition lies; −1 if there is none. */
  nextNear(partition: TopicPartition, memberIds: readonly string[], turn: number): number
}

const indifferent: Racks = { matter: false, isFar: () => false, nextNear: () => -1 }

export function racksOf(topics: GroupTopics, members: readonly GroupMember[]): Racks {
  const memberRacks = new Map(
    members.flatMap(({ memberId, rack }) => (rack === null ? [] : [[memberId, rack]])),
  )
  if (memberRacks.size === 0 || topics.racks === undefined) return indifferent
  const partitionRacks = new Map<string, ReadonlySet<string>>()
  for (const topic of new Set(members.flatMap((each) => each.topics))) {
    topics.racks.get(topic)?.forEach((racks, partition) => {
      partitionRacks.set(partitionKey(topic, partition), new Set(racks))
    })
  }
  const all = new Set([...partitionRacks.values()].flatMap((racks) => [...racks]))
  const someIsNear = [...memberRacks.values()].some((rack) => all.has(rack))
  const allAreAlike = [...partitionRacks.values()].every((racks) => racks.size === all.size)
  if (!someIsNear || allAreAlike) return indifferent
  const isNear = (memberId: string, { topic, partition }: TopicPartition) =>
    partitionRacks.get(partitionKey(topic, partition))?.has(memberRacks.get(memberId) ?? '') ??
    false
  return {
    matter: true,
    isFar: (memberId, partition) => memberRacks.has(memberId) && !isNear(memberId, partition),
    nextNear(partition, memberIds, turn) {
      for (let i = 0; i < memberIds.length; i++) {
        const index = (turn + i) % memberIds.length
        if (isNear(memberIds[index]!, partition)) return index
      }
      return -1
    },
  }
}
