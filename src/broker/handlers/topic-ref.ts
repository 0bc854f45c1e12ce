import type { TopicRef } from '../../groups/events.ts'

// OffsetCommit and OffsetFetch name topics by id from here on.
const byIdVersion = 10

export const namesTopicsById = (apiVersion: number): boolean => apiVersion >= byIdVersion

export function topicRef(
  { name, topicId }: { name: string; topicId: string },
  apiVersion: number,
): TopicRef {
  return namesTopicsById(apiVersion) ? { topicId } : { name }
}
