/**
 * The order in which a Java HashSet hands out topic ids. Kafka's assignors go through topics in it, and nothing in the
 * protocol says so; but who compares their assignments with ours shall find the same.
 */

import { int32At } from '../../../base/bytes.ts'
import { uuidBytes } from '../../../base/uuid.ts'

const loadFactor = 0.75
const bucketsMin = 16

export function inJavaOrder(topicIds: Iterable<string>): string[] {
  const ids = [...topicIds]
  let buckets = bucketsMin
  while (buckets * loadFactor < ids.length) buckets *= 2
  const bucketOf = new Map(ids.map((id) => [id, spread(uuidHash(id)) & (buckets - 1)]))
  // Ids of one bucket stand in the order of their arrival.
  return ids.sort((a, b) => bucketOf.get(a)! - bucketOf.get(b)!)
}

/** Uuid.hashCode: the exclusive or of its four words. */
function uuidHash(id: string): number {
  const bytes = uuidBytes(id)
  return int32At(bytes, 0) ^ int32At(bytes, 4) ^ int32At(bytes, 8) ^ int32At(bytes, 12)
}

const spread = (hash: number): number => hash ^ (hash >>> 16)
