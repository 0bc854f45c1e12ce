/** How the members of a classic group agree on a protocol, and what it tells of their topics. */
import { decodeSubscription } from '../../protocol/records/member-bytes.ts'
import type { Protocol } from '../events.ts'
import type { ClassicGroup, Member } from './state.ts'

export const consumerProtocolType = 'consumer'

/** A newcomer must share the protocol type and at least one protocol that all members know. */
export function supportsProtocols(
  group: ClassicGroup,
  protocolType: string,
  protocols: readonly Protocol[],
): boolean {
  if (group.phase === 'Empty') return protocolType !== '' && protocols.length > 0
  if (group.protocolType !== protocolType) return false
  const common = commonProtocols(group.members.values())
  return protocols.some(({ name }) => common.has(name))
}

/** Each member votes for the first of its protocols that all know; the most votes win, of equals the one voted for first. */
export function selectProtocol(members: Iterable<Member>): string | null {
  const all = [...members]
  const common = commonProtocols(all)
  const votes = new Map<string, number>()
  for (const { protocols } of all) {
    const choice = protocols.find(({ name }) => common.has(name))?.name
    if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1)
  }
  let winner: string | null = null
  for (const [name, count] of votes) {
    if (winner === null || count > votes.get(winner)!) winner = name
  }
  return winner
}

/** Same names in the same order, with the same bytes. */
export function matchesProtocols(member: Member, protocols: readonly Protocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((mine, index) => {
      const theirs = protocols[index]!
      return mine.name === theirs.name && sameBytes(mine.metadata, theirs.metadata)
    })
  )
}

/** The request's bytes are a view into a frame that is soon forgotten. */
export function ownProtocols(protocols: readonly Protocol[]): Protocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: new Uint8Array(metadata) }))
}

const noBytes = new Uint8Array(0)

export function metadataOf(member: Member, protocolName: string | null): Uint8Array {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? noBytes
}

/** Null where the members are no consumers, or one of them says something that cannot be read. */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | null {
  if (group.protocolType === null) return null
  if (group.members.size === 0) return new Set()
  if (group.protocolType !== consumerProtocolType || group.protocolName === null) return null
  const topics = new Set<string>()
  for (const member of group.members.values()) {
    const subscription = readSubscription(metadataOf(member, group.protocolName))
    if (subscription === null) return null
    for (const topic of subscription.topics) topics.add(topic)
  }
  return topics
}

/** A consumer group whose topics are not known counts as subscribed to all: what it might read is not deleted. */
export function isSubscribed(group: ClassicGroup, topic: string): boolean {
  if (group.protocolType !== consumerProtocolType) return false
  return group.subscribedTopics === null || group.subscribedTopics.has(topic)
}

export function readSubscription(bytes: Uint8Array) {
  try {
    return decodeSubscription(bytes)
  } catch {
    return null
  }
}

function commonProtocols(members: Iterable<Member>): Set<string> {
  let common: Set<string> | null = null
  for (const { protocols } of members) {
    const names = protocols.map(({ name }) => name)
    common = new Set(common === null ? names : names.filter((name) => common!.has(name)))
  }
  return common ?? new Set()
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}
