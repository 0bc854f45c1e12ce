/** May this member of a consumer group commit, or read what was committed? */
import type { ErrorName } from '../../protocol/errors.ts'
import type { CommitEvent, FetchOffsetsEvent } from '../events.ts'
import { resolve } from '../offsets/topics.ts'
import type { Topics } from '../world.ts'
import type { ConsumerGroup, Member } from './state.ts'

// Older clients do not understand what they would be told.
const memberEpochVersion = 9

export function consumerCommitError(
  group: ConsumerGroup,
  event: CommitEvent,
  topics: Topics,
): ErrorName | null {
  const { memberId, generation, apiVersion } = event
  if (generation < 0 && group.members.size === 0) return null
  const member = group.members.get(memberId)
  if (member === undefined) return 'UNKNOWN_MEMBER_ID'
  const isTooOld = apiVersion < memberEpochVersion && event.producer === undefined
  if (member.classic === null && isTooOld) return 'UNSUPPORTED_VERSION'
  if (generation === member.epoch) return null
  const isStale = generation > member.epoch || !wereAssignedBy(member, event, topics)
  return isStale ? staleError(member) : null
}

/**
 * A member may not have heard of its newest epoch yet. What it read is its own as long as it has been its own since the
 * epoch that it knows (KIP-1251).
 */
function wereAssignedBy({ assigned, revoking }: Member, event: CommitEvent, topics: Topics) {
  return event.topics.every(({ topic, partitions }) => {
    const known = resolve(topics, topic)
    // Those get an error of their own.
    if (typeof known === 'string') return true
    return partitions.every(({ partition }) => {
      const epoch = assigned.get(known.id)?.get(partition) ?? revoking.get(known.id)?.get(partition)
      return epoch !== undefined && epoch <= event.generation
    })
  })
}

export function consumerFetchError(
  group: ConsumerGroup,
  { memberId, memberEpoch }: FetchOffsetsEvent,
): ErrorName | null {
  if (memberId === null && memberEpoch < 0) return null
  const member = group.members.get(memberId ?? '')
  if (member === undefined) return 'UNKNOWN_MEMBER_ID'
  return memberEpoch === member.epoch ? null : staleError(member)
}

const staleError = ({ classic }: Member): ErrorName =>
  classic === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION'
