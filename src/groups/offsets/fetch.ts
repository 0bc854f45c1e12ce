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
  const topics = event.topics === null ? allOffsets(turn, event) : someOffsets(turn, event.topics)
  const told = event.requireStable ? topics.map((each) => withoutUnstable(turn, each)) : topics
  reply(turn, event.ask, { error: 'NONE', topics: told })
}

/** What a transaction that has not ended may replace is not told. */
function withoutUnstable(
  { group }: Turn,
  topic: TopicOutcome<FetchedOffset>,
): TopicOutcome<FetchedOffset> {
  const { pending } = group
  if (pending.isEmpty) return topic
  const partitions = topic.partitions.map((each) =>
    pending.has(topic.name, each.partition)
      ? fetched(each.partition, undefined, 'UNSTABLE_OFFSET_COMMIT')
      : each,
  )
  return { ...topic, partitions }
}

function someOffsets(
  { group, world }: Turn,
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
        fetched(partition, offsetOf(group.offsets, name, partition), error),
      ),
    }
  })
}

function allOffsets({ group, world }: Turn, { byId }: Fetching): TopicOutcome<FetchedOffset>[] {
  const topics: TopicOutcome<FetchedOffset>[] = []
  for (const [name, partitions] of group.offsets) {
    const topicId = world.topics.byName(name)?.id
    // Without an id there is no way to say which topic it is.
    if (byId && topicId === undefined) continue
    const all = [...partitions].map(([partition, offset]) => fetched(partition, offset, 'NONE'))
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
