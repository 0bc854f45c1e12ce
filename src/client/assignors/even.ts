/**
 * Sticky assignment where all members want the same topics: everybody keeps what he owns up to his share, and what is left is
 * dealt in turn. Shares differ by one at most.
 */
import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { type Assignments, compareText, type GroupMember, type GroupTopics } from './assignor.ts'
import type { Claims } from './claims.ts'
import { type Racks, racksOf } from './racks.ts'

type Deal = {
  readonly racks: Racks
  readonly minQuota: number
  readonly maxQuota: number
  /** How many members get the larger share. */
  readonly largerMax: number
  larger: number
  readonly assignments: Assignments
  /** Members with less than the smaller share, and those with exactly that who may get one more. */
  needy: string[]
  candidates: string[]
  readonly revoked: Set<string>
}

/** Gives the assignment, and of the partitions in it those that an owner has yet to give back. */
export function assignEvenly(
  topics: GroupTopics,
  members: readonly GroupMember[],
  claims: Claims,
): { assignments: Assignments; transferring: Set<string> } {
  const names = [...new Set(members.flatMap((each) => each.topics))].sort(compareText)
  const all = names.flatMap((topic) =>
    Array.from({ length: topics.partitionCounts.get(topic) ?? 0 }, (_, partition) => ({
      topic,
      partition,
    })),
  )
  const deal: Deal = {
    racks: racksOf(topics, members),
    minQuota: Math.floor(all.length / members.length),
    maxQuota: Math.ceil(all.length / members.length),
    largerMax: all.length % members.length,
    larger: 0,
    assignments: new Map(members.map(({ memberId }) => [memberId, []])),
    needy: [],
    candidates: [],
    revoked: new Set(),
  }
  const kept = keepOwned(deal, members, claims)
  const left = all.filter((each) => !kept.has(keyOf(each)))
  deal.needy.sort(compareText)
  deal.candidates.sort(compareText)
  const transferring = new Set<string>()
  const give = (partition: TopicPartition, memberId: string): number => {
    const key = keyOf(partition)
    if (deal.revoked.has(key) || claims.contested.has(key)) transferring.add(key)
    const list = deal.assignments.get(memberId)!
    list.push(partition)
    return list.length
  }
  dealRest(deal, dealByRack(deal, left, give), give)
  return { assignments: deal.assignments, transferring }
}

type Give = (partition: TopicPartition, memberId: string) => number

const keyOf = ({ topic, partition }: TopicPartition) => partitionKey(topic, partition)

function keepOwned(deal: Deal, members: readonly GroupMember[], claims: Claims): Set<string> {
  const { minQuota, maxQuota, largerMax, racks } = deal
  const kept = new Set<string>()
  for (const { memberId } of members) {
    const owned = claims.owned
      .get(memberId)!
      .filter((each) => !claims.contested.has(keyOf(each)))
      .filter((each) => !racks.isFar(memberId, each))
      .sort((a, b) => a.partition - b.partition || compareText(a.topic, b.topic))
    let share = owned.length
    if (owned.length < minQuota) deal.needy.push(memberId)
    else if (owned.length >= maxQuota && deal.larger < largerMax) {
      share = maxQuota
      deal.larger++
      if (deal.larger === largerMax) deal.candidates = []
    } else {
      share = minQuota
      if (deal.larger < largerMax) deal.candidates.push(memberId)
    }
    for (const each of owned.slice(0, share)) kept.add(keyOf(each))
    for (const each of owned.slice(share)) deal.revoked.add(keyOf(each))
    deal.assignments.get(memberId)!.push(...owned.slice(0, share))
  }
  return kept
}

/** Partitions to members of their rack, in turn; gives what is left. */
function dealByRack(deal: Deal, left: readonly TopicPartition[], give: Give): TopicPartition[] {
  const { racks, needy, candidates, minQuota, maxQuota } = deal
  if (!racks.matter) return [...left]
  let turn = 0
  return left.filter((partition) => {
    const index = racks.nextNear(partition, needy, turn)
    if (index >= 0) {
      const memberId = needy[index]!
      if (give(partition, memberId) >= minQuota) {
        needy.splice(index, 1)
        candidates.push(memberId)
        turn = index
      } else turn = index + 1
      return false
    }
    const other = racks.nextNear(partition, candidates, 0)
    if (other < 0) return true
    if (give(partition, candidates[other]!) >= maxQuota) candidates.splice(other, 1)
    return false
  })
}

function dealRest(deal: Deal, left: readonly TopicPartition[], give: Give): void {
  const { needy, candidates, minQuota } = deal
  let turn = 0
  for (const partition of left) {
    if (turn >= needy.length) turn = 0
    if (needy.length === 0) {
      give(partition, candidates.shift()!)
      continue
    }
    const memberId = needy[turn]!
    if (give(partition, memberId) === minQuota) {
      needy.splice(turn, 1)
      candidates.push(memberId)
    } else turn++
  }
}
