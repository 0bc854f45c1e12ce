import { zeroUuid } from '../../base/uuid.ts'
import type { Broker } from '../broker.ts'

/** The name of the topic that a request means: newer versions name it by id (KIP-516). */
export function topicOf(
  broker: Broker,
  { name, topicId }: { name: string; topicId: string },
  byId: boolean,
): string | 'UNKNOWN_TOPIC_ID' {
  if (!byId || topicId === zeroUuid) return byId ? 'UNKNOWN_TOPIC_ID' : name
  return broker.image.topicsById.get(topicId)?.name ?? 'UNKNOWN_TOPIC_ID'
}
