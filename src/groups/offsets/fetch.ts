/** OffsetFetch: what was committed for some partitions, or for all that were ever committed. */
import type { ErrorName } from '../../protocol/errors.ts'
import { consumerFetchError } from '../consumer/commit.ts'
import type { Ask, FetchedOffset, FetchOffsetsEvent, TopicOutcome } from '../events.ts'
import { namesOf } from '../refuse.ts'
import { reply, type Turn } from '../turn.ts'
import { type CommittedOffset, offsetOf } from './offsets.ts'
import { resolve } from './topics.ts'

type Fetching = FetchOffsetsEvent & { readonly ask: Ask<'fetch-offsets'> }

export function fetchOffsets(turn: Turn, event: Fetching): void {
  const { consumer } = turn.group
  const error = consumer === null ? null : consumerFetchError(consumer, event)
  if (error !== null) return reply(turn, event.ask, { error, topics: [] })
  const topics =
    event.topics === null ? allOffsets(turn, event) : someOffsets(turn, event, event.topics)
  reply(turn, event.ask, { error: 'NONE', topics })
}

function someOffsets(
  { group, world }: Turn,
  { requireStable }: Fetching,
  wanted: NonNullable<FetchOffsetsEvent['topics']>,
): TopicOutcome<FetchedOffset>[] {
  return wanted.map(({ topic, partitions }) => {
    // By name, a topic may have been deleted and its offsets be there still: they are told.
    const known = 'name' in topic ? namesOf(topic) : resolve(world.topics, topic)
    const { name, topicId } = typeof known === 'string' ? namesOf(topic) : namesOfBoth(known)
    const error = typeof known === 'string' ? known : 'NONE'
    return {
      name,
      topicId,
      partitions: partitions.map((partition) =>
        requireStable && group.pending.has(name, partition)
          ? fetched(partition, undefined, 'UNSTABLE_OFFSET_COMMIT')
          : fetched(partition, offsetOf(group.offsets, name, partition), error),
      ),
    }
  })
}

function allOffsets(
  { group, world }: Turn,
  { byId, requireStable }: Fetching,
): TopicOutcome<FetchedOffset>[] {
  const topics: TopicOutcome<FetchedOffset>[] = []
  for (const [name, partitions] of group.offsets) {
    const topicId = world.topics.byName(name)?.id
    // Without an id there is no way to say which topic it is.
    if (byId && topicId === undefined) continue
    const all = [...partitions].map(([partition, offset]) =>
      requireStable && group.pending.has(name, partition)
        ? fetched(partition, undefined, 'UNSTABLE_OFFSET_COMMIT')
        : fetched(partition, offset, 'NONE'),
    )
    topics.push({ ...namesOf({ name }), ...(topicId && { topicId }), partitions: all })
  }
  return topics
}

const namesOfBoth = (known: { name: string; id?: string; topicId?: string }) => ({
  name: known.name,
  topicId: known.id ?? known.topicId ?? '',
})

const none: CommittedOffset = {
  offset: -1n,
  leaderEpoch: -1,
  metadata: '',
  commitTimestamp: -1n,
  expireTimestamp: -1n,
  topicId: '',
}

function fetched(
  partition: number,
  committed: CommittedOffset | undefined,
  error: ErrorName,
): FetchedOffset {
  const { offset, leaderEpoch, metadata } = committed ?? none
  return { partition, offset, leaderEpoch, metadata, error }
}
