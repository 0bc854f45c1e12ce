/**
 * Who owned what before, as far as the members can be believed: two of them may claim the same partition, when one has
 * missed a generation.
 */
import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import type { GroupMember, GroupTopics } from './assignor.ts'

export type Claim = { readonly partitions: readonly TopicPartition[]; readonly generation: number }

export type Claims = {
  readonly owned: Map<string, TopicPartition[]>
  /** Claimed by two members of the same generation: neither may keep it. */
  readonly contested: Set<string>
}

/** `claimOf` reads what a member says; against whom it stands is judged by the generation in his subscription. */
export function claimsOf(
  topics: GroupTopics,
  members: readonly GroupMember[],
  claimOf: (member: GroupMember) => Claim,
): Claims {
  const owned = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
  const contested = new Set<string>()
  const owners = new Map<string, GroupMember>()
  const wanted = new Set(members.flatMap((member) => member.topics))
  for (const member of members) {
    const { partitions, generation } = claimOf(member)
    for (const each of partitions) {
      const count = wanted.has(each.topic) ? (topics.partitionCounts.get(each.topic) ?? 0) : 0
      if (each.partition >= count) continue
      const key = partitionKey(each.topic, each.partition)
      const other = owners.get(key)
      if (other !== undefined && generation < other.generation) continue
      if (other !== undefined) drop(owned.get(other.memberId)!, each)
      owners.set(key, member)
      if (other !== undefined && generation === other.generation) contested.add(key)
      else owned.get(member.memberId)!.push(each)
    }
  }
  return { owned, contested }
}

function drop(list: TopicPartition[], { topic, partition }: TopicPartition): void {
  const at = list.findIndex((each) => each.topic === topic && each.partition === partition)
  if (at >= 0) list.splice(at, 1)
}
