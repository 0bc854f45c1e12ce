/** Requests name topics by name or by id (KIP-848, version 10); the coordinator keeps them by name. */
import { zeroUuid } from '../../base/uuid.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import type { TopicRef } from '../events.ts'
import type { Topic, Topics } from '../world.ts'

export function resolve(topics: Topics, ref: TopicRef): Topic | ErrorName {
  if ('name' in ref) return topics.byName(ref.name) ?? 'UNKNOWN_TOPIC_OR_PARTITION'
  if (ref.topicId === zeroUuid) return 'UNKNOWN_TOPIC_ID'
  return topics.byId(ref.topicId) ?? 'UNKNOWN_TOPIC_ID'
}
