const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/** MurmurHash2 by Austin Appleby, 32 bits, with the seed of Kafka's default partitioner; the result is an int32. */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const size = end - start
  const wordsEnd = start + (size & ~3)
  let hash = seed ^ size
  for (let at = start; at < wordsEnd; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  const rest = end - wordsEnd
  if (rest === 3) hash ^= bytes[wordsEnd + 2]! << 16
  if (rest >= 2) hash ^= bytes[wordsEnd + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[wordsEnd]!, multiplier)
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return hash ^ (hash >>> 15)
}

/** Kafka drops the sign bit here; elsewhere (`coordinatorPartition`) it takes the absolute value. */
export function toPositive(value: number): number {
  return value & 0x7fffffff
}

/** The partition of a record with this key, as every Kafka client's default partitioner chooses it. */
export function partitionForKey(
  key: Uint8Array,
  partitionCount: number,
  start = 0,
  end = key.length,
): number {
  return toPositive(murmur2(key, start, end)) % partitionCount
}
