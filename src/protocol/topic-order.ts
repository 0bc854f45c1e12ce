import { spread } from './java-hash-map.ts'
import { javaHashCode } from './names.ts'

/**
 * The order in which Kafka's broker lists all topics: that of a mutable hash set of Scala, bucket by bucket and inside a bucket by the
 * mixed hash. Tools that put the names into a hash map of their own, and print that, show it where names share a bucket.
 */
export function inListedOrder<T extends { readonly name: string }>(topics: readonly T[]): T[] {
  const size = tableSize(topics.length)
  const hashes = topics.map(({ name }) => spread(javaHashCode(name)))
  const places = topics.map((_, index) => index)
  const bucket = (index: number) => hashes[index]! & (size - 1)
  places.sort((a, b) => bucket(a) - bucket(b) || hashes[a]! - hashes[b]!)
  return places.map((index) => topics[index]!)
}

/** Doubles when the next one would make it three quarters full. */
function tableSize(count: number): number {
  let size = 16
  while (count >= Math.floor(size * 0.75)) size *= 2
  return size
}
