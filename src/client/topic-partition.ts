/** A partition by its name and number. Where it is a key of a map, `partitionKey` makes it one. */
export type TopicPartition = { readonly topic: string; readonly partition: number }

/** `orders-0`; a topic's name may hold a hyphen, but the number ends the text, so no two partitions share a key. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** By topic, in the order in which the topics come first. */
export function byTopic<T extends TopicPartition>(items: Iterable<T>): Map<string, T[]> {
  const topics = new Map<string, T[]>()
  for (const item of items) {
    const list = topics.get(item.topic)
    if (list === undefined) topics.set(item.topic, [item])
    else list.push(item)
  }
  return topics
}

export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}
