export const topicNameLengthMax = 249

const legalCharacters = /^[a-zA-Z0-9._-]+$/

const internalTopics = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

/** Kafka's objection to a topic name, in its own words (INVALID_TOPIC_EXCEPTION); null for a good one. */
export function topicNameFault(name: string): string | null {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed'
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`
  if (name.length > topicNameLengthMax) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${topicNameLengthMax}`
  }
  if (!legalCharacters.test(name)) {
    return (
      `Topic name is invalid: '${name}' contains one or more characters other than ` +
      "ASCII alphanumerics, '.', '_' and '-'"
    )
  }
  return null
}

/** Topics of the coordinators, which clients do not write to; __cluster_metadata is not one of Kafka's list. */
export function isInternalTopic(name: string): boolean {
  return internalTopics.has(name)
}

/** Metric names turn '.' into '_', so names that differ only there collide. */
export function hasCollisionCharacters(name: string): boolean {
  return name.includes('.') || name.includes('_')
}

/** Two names collide when this of them is equal. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}

export function topicsCollide(one: string, other: string): boolean {
  return collisionKey(one) === collisionKey(other)
}

/** The partition of __consumer_offsets (or __transaction_state) whose leader coordinates this group (or transactional id). */
export function coordinatorPartition(id: string, partitionCount: number): number {
  return absolute(javaHashCode(id)) % partitionCount
}

/** String.hashCode of Java: over UTF-16 units, which are JavaScript's too. */
export function javaHashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

// The smallest int32 has no positive counterpart; Kafka makes it 0 (the group "polygenelubricants" knows).
function absolute(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash)
}
