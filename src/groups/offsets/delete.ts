/** OffsetDelete (KIP-496), and the offsets of topics that are no more. */
import type { ErrorName } from '../../protocol/errors.ts'
import { consumerProtocolType, isSubscribed } from '../classic/protocols.ts'
import { isSubscribed as readsTopic } from '../consumer/subscriptions.ts'
import type { Ask, DeleteOffsetsEvent } from '../events.ts'
import { type Group, isVacant } from '../group.ts'
import { remember, reply, type Turn } from '../turn.ts'
import { offsetOf } from './offsets.ts'

type Deleting = DeleteOffsetsEvent & { readonly ask: Ask<'delete-offsets'> }

export function deleteOffsets(turn: Turn, event: Deleting): void {
  const error = deleteError(turn.group)
  if (error !== null) return reply(turn, event.ask, { error, topics: [] })
  const topics = event.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => ({
      partition,
      error: deleteOne(turn, name, partition),
    })),
  }))
  reply(turn, event.ask, { error: 'NONE', topics })
}

/** A consumer group may lose offsets of topics that it does not read; of others nobody knows what they read. */
function deleteError(group: Group): ErrorName | null {
  if (group.id === '') return 'INVALID_GROUP_ID'
  if (isVacant(group)) return 'GROUP_ID_NOT_FOUND'
  const { classic } = group
  if (classic === null || classic.phase === 'Empty') return null
  return classic.protocolType === consumerProtocolType ? null : 'NON_EMPTY_GROUP'
}

function deleteOne(turn: Turn, topic: string, partition: number): ErrorName {
  const { group, world } = turn
  const known = world.topics.byName(topic)
  if (known === undefined || partition < 0 || partition >= known.partitionCount) {
    return 'UNKNOWN_TOPIC_OR_PARTITION'
  }
  if (isSubscribedTo(group, topic)) return 'GROUP_SUBSCRIBED_TO_TOPIC'
  const { offsets, pending } = group
  const isThere = offsetOf(offsets, topic, partition) !== undefined
  if (isThere || pending.has(topic, partition)) forget(turn, topic, partition)
  return 'NONE'
}

export function isSubscribedTo(group: Group, topic: string): boolean {
  const { classic, consumer } = group
  if (consumer !== null) return readsTopic(consumer, topic)
  return classic !== null && isSubscribed(classic, topic)
}

export function forget(turn: Turn, topic: string, partition: number): void {
  remember(turn, 'offset', { group: turn.group.id, topic, partition }, null)
}

export function topicsDeleted(turn: Turn, topics: ReadonlySet<string>): void {
  for (const topic of topics) {
    const { offsets, pending } = turn.group
    const partitions = new Set([...(offsets.get(topic)?.keys() ?? []), ...pending.places(topic)])
    for (const partition of partitions) forget(turn, topic, partition)
  }
}

export function forgetAll(turn: Turn): void {
  const { offsets, pending } = turn.group
  topicsDeleted(turn, new Set([...offsets.keys(), ...pending.topics()]))
}
