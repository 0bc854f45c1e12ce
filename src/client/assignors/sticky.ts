/** The assignors that leave as much as possible where it was (KIP-54), eager and cooperative (KIP-429). */

import { KafkaError } from '../../protocol/errors.ts'
import { Reader } from '../../protocol/reader.ts'
import { Writer } from '../../protocol/writer.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
import type { Assignments, Assignor, GroupMember, GroupTopics } from './assignor.ts'
import { assignBalanced } from './balance.ts'
import { type Claim, claimsOf } from './claims.ts'
import { assignEvenly } from './even.ts'

const noGeneration = -1

/** Members tell what they own, and since which generation, in their user data. */
export const sticky: Assignor = {
  name: 'sticky',
  isCooperative: false,
  assign: (topics, members) => assign(topics, members, claimInUserData).assignments,
  userData: (owned, generation) => {
    if (owned.length === 0) return null
    const writer = new Writer()
    const grouped = [...byTopic(owned)]
    writer.int32(grouped.length)
    for (const [topic, partitions] of grouped) {
      writer.string(topic)
      writer.int32(partitions.length)
      for (const { partition } of partitions) writer.int32(partition)
    }
    writer.int32(generation)
    return writer.toBuffer()
  },
}

/** Members keep what they own while the group rebalances; what changes hands is given away in the next round. */
export const cooperativeSticky: Assignor = {
  name: 'cooperative-sticky',
  isCooperative: true,
  assign: (topics, members) => {
    const { assignments, transferring } = assign(topics, members, claimInFields)
    const withheld = transferring ?? changingHands(members, assignments)
    for (const [memberId, partitions] of assignments) {
      assignments.set(
        memberId,
        partitions.filter(({ topic, partition }) => !withheld.has(partitionKey(topic, partition))),
      )
    }
    return assignments
  },
  userData: (_owned, generation) => {
    const writer = new Writer()
    writer.int32(generation)
    return writer.toBuffer()
  },
}

function assign(
  topics: GroupTopics,
  members: readonly GroupMember[],
  claimOf: (member: GroupMember) => Claim,
): { assignments: Assignments; transferring: Set<string> | null } {
  const claims = claimsOf(topics, members, claimOf)
  const [first] = members
  const isSame = ({ topics: wanted }: GroupMember) =>
    new Set(wanted).size === new Set(first!.topics).size &&
    wanted.every((each) => first!.topics.includes(each))
  if (members.every(isSame)) return assignEvenly(topics, members, claims)
  const earlier = earlierOwners(members, claimOf)
  return { assignments: assignBalanced(topics, members, claims, earlier), transferring: null }
}

/** The owners of the generation before the newest: a partition that has to move had best go back to one. */
function earlierOwners(
  members: readonly GroupMember[],
  claimOf: (member: GroupMember) => Claim,
): Map<string, string> {
  const newest = Math.max(...members.map((member) => claimOf(member).generation))
  const owners = new Map<string, { memberId: string; generation: number }>()
  for (const member of members) {
    const { partitions, generation } = claimOf(member)
    if (generation === newest) continue
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      const known = owners.get(key)
      if (known === undefined || known.generation < generation) {
        owners.set(key, { memberId: member.memberId, generation })
      }
    }
  }
  return new Map([...owners].map(([key, { memberId }]) => [key, memberId]))
}

/** Partitions that one member gains while another, who is alive, has yet to give them back. */
function changingHands(members: readonly GroupMember[], assignments: Assignments): Set<string> {
  const keysOf = (list: readonly TopicPartition[]) =>
    new Set(list.map(({ topic, partition }) => partitionKey(topic, partition)))
  const gained = new Set<string>()
  const lost = new Set<string>()
  for (const { memberId, owned } of members) {
    const before = keysOf(owned)
    const after = keysOf(assignments.get(memberId)!)
    for (const key of after) if (!before.has(key)) gained.add(key)
    for (const key of before) if (!after.has(key)) lost.add(key)
  }
  return new Set([...gained].filter((key) => lost.has(key)))
}

function claimInFields({ owned, generation, userData }: GroupMember): Claim {
  if (generation >= 0 || userData === null || userData.length < 4) {
    return { partitions: owned, generation }
  }
  return { partitions: owned, generation: new Reader(userData).int32() }
}

/** Whoever sends nonsense owns nothing: he will be given new partitions. */
function claimInUserData({ userData }: GroupMember): Claim {
  if (userData === null) return { partitions: [], generation: noGeneration }
  try {
    return readClaim(new Reader(userData))
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return { partitions: [], generation: noGeneration }
  }
}

function readClaim(reader: Reader): Claim {
  const partitions: TopicPartition[] = []
  for (let topics = reader.count(reader.int32(), 6, 2); topics > 0; topics--) {
    const topic = reader.string(reader.int16())
    for (let count = reader.count(reader.int32(), 4, 2); count > 0; count--) {
      partitions.push({ topic, partition: reader.int32() })
    }
  }
  // The first version of the format had no generation.
  const generation = reader.remaining >= 4 ? reader.int32() : noGeneration
  return { partitions, generation }
}
