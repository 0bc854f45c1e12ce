/** OffsetCommit: from members of the present generation, and from those who use no group management at all. */
import type { ErrorName } from '../../protocol/errors.ts'
import { keepSession } from '../classic/heartbeat.ts'
import type { ClassicGroup } from '../classic/state.ts'
import { memberError } from '../classic/validate.ts'
import { consumerCommitError } from '../consumer/commit.ts'
import type { Ask, CommitEvent, PartitionError, TopicOutcome } from '../events.ts'
import { refuse, refusedTopic } from '../refuse.ts'
import { remember, rememberPending, reply, type Turn } from '../turn.ts'
import { resolve } from './topics.ts'

type Committing = CommitEvent & { readonly ask: Ask<'commit'> }
type TopicCommit = CommitEvent['topics'][number]

export function commit(turn: Turn, event: Committing): void {
  const error = commitError(turn, event)
  if (error !== null) {
    return reply(turn, event.ask, refuse(event, error) as { error: ErrorName; topics: [] })
  }
  const { classic } = turn.group
  if (classic !== null && event.generation >= 0) keepSession(turn, classic, event.memberId)
  const topics = event.topics.map((topic) => commitTopic(turn, event, topic))
  reply(turn, event.ask, { error: 'NONE', topics })
}

function commitError({ group, world }: Turn, event: Committing): ErrorName | null {
  if (group.consumer !== null) {
    const error = consumerCommitError(group.consumer, event, world.topics)
    // What TxnOffsetCommit knows of.
    const isStale = error === 'STALE_MEMBER_EPOCH' && event.producer !== undefined
    return isStale ? 'ILLEGAL_GENERATION' : error
  }
  if (group.classic !== null) return classicCommitError(group.classic, event)
  if (event.generation < 0) return null
  // Clients that know the consumer protocol understand that the group is gone.
  return event.apiVersion >= 9 && event.producer === undefined
    ? 'GROUP_ID_NOT_FOUND'
    : 'ILLEGAL_GENERATION'
}

function classicCommitError(group: ClassicGroup, event: Committing): ErrorName | null {
  const { memberId, instanceId, generation } = event
  // An administrator, or a consumer that was told which partitions to read: welcome as long as nobody else reads.
  if (generation < 0 && group.phase === 'Empty') return null
  if (generation < 0 && memberId === '' && instanceId === null) {
    // Older clients do not say whose offsets they commit in a transaction (KIP-447).
    return event.producer === undefined ? 'UNKNOWN_MEMBER_ID' : null
  }
  const error = memberError(group, event)
  if (error !== null) return error
  if (generation !== group.generation) return 'ILLEGAL_GENERATION'
  const isBetween = group.phase === 'CompletingRebalance' && event.producer === undefined
  return isBetween ? 'REBALANCE_IN_PROGRESS' : null
}

function commitTopic(
  turn: Turn,
  event: Committing,
  { topic, partitions }: TopicCommit,
): TopicOutcome<PartitionError> {
  const known = resolve(turn.world.topics, topic)
  if (typeof known === 'string') return refusedTopic({ topic, partitions }, known)
  const now = BigInt(turn.world.now)
  const metadataBytesMax = turn.world.config.offsetMetadataMaxBytes
  const outcomes = partitions.map(({ partition, offset, leaderEpoch, metadata }) => {
    if (partition < 0 || partition >= known.partitionCount) {
      return { partition, error: 'UNKNOWN_TOPIC_OR_PARTITION' as const }
    }
    if ((metadata?.length ?? 0) > metadataBytesMax) {
      return { partition, error: 'OFFSET_METADATA_TOO_LARGE' as const }
    }
    const key = { group: turn.group.id, topic: known.name, partition }
    const value = {
      offset,
      leaderEpoch,
      metadata: metadata ?? '',
      commitTimestamp: now,
      expireTimestamp: event.retentionMs < 0n ? -1n : now + event.retentionMs,
      topicId: known.id,
    }
    if (event.producer === undefined) remember(turn, 'offset', key, value)
    else rememberPending(turn, event.producer, key, value)
    return { partition, error: 'NONE' as const }
  })
  return { name: known.name, topicId: known.id, partitions: outcomes }
}
