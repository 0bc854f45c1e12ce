import { javaHashCode } from './names.ts'

/**
 * The order in which a Java HashMap walks over its keys. Kafka's tools print maps as they iterate, so the order of topics
 * and configs in `--describe` is that of the hash table: bucket by bucket, and inside a bucket in the order of insertion.
 */
export function javaHashMapOrder<T>(
  items: readonly T[],
  {
    hash = (item) => javaHashCode(String(item)),
    capacity = 16,
  }: { hash?: (item: T) => number; capacity?: number } = {},
): T[] {
  const size = tableSize(items.length, capacity)
  // The bucket and the place in it as one number: of ten thousand topics a comparison for each pair would take longer
  // than all that the broker does.
  const { length } = items
  const places = new Float64Array(length)
  for (let index = 0; index < length; index++) {
    places[index] = (spread(hash(items[index]!)) & (size - 1)) * length + index
  }
  places.sort()
  return items.map((_, index) => items[places[index]! % length]!)
}

/** The upper half is mixed into the lower, because a table looks at the low bits alone; Scala's does so, too. */
export function spread(hash: number): number {
  return hash ^ (hash >>> 16)
}

// A table begins with as many buckets as were asked for, rounded up to a power of two, and doubles when it is more than
// three quarters full.
function tableSize(count: number, capacity: number): number {
  let size = 1
  while (size < capacity) size *= 2
  while (count > Math.floor(size * 0.75)) size *= 2
  return size
}

/** TopicPartition.hashCode of Kafka's client. */
export function topicPartitionHash(at: {
  readonly topic: string
  readonly partition: number
}): number {
  return (Math.imul(31, 31 + at.partition) + javaHashCode(at.topic)) | 0
}
