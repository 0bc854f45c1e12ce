import { zeroUuid } from '../../base/uuid.ts'
import type { MetadataImage } from '../../metadata/image.ts'

/** The name of the topic that a request means: newer versions name it by id (KIP-516). Null for an id that nobody has. */
export function topicOf(
  image: MetadataImage,
  { name, topicId }: { name: string; topicId: string },
  byId: boolean,
): string | null {
  if (!byId) return name
  return topicId === zeroUuid ? null : (image.topicsById.get(topicId)?.name ?? null)
}
