import type { Partition } from './partition.ts'

/** In-sync followers that have not held the whole log for longer than `replica.lag.time.max.ms` (KIP-16). */
export function laggards(partition: Partition, lagTimeMaxMs: number, now: number): number[] {
  return partition.inSync.filter((id) => {
    const follower = partition.followers.get(id)
    if (id === partition.brokerId || follower === undefined) return false
    if (follower.logEndOffset === partition.logEndOffset) return false
    return now - follower.caughtUpAt > lagTimeMaxMs
  })
}

/**
 * The in-sync set with this follower back in it, or null. It must hold all that is acknowledged (the high watermark), and
 * have reached the leader's own epoch: what lies before it may still be cut (KIP-279).
 */
export function returners(partition: Partition, followerId: number): readonly number[] | null {
  const follower = partition.followers.get(followerId)
  if (follower === undefined || partition.inSync.includes(followerId)) return null
  if (follower.logEndOffset < partition.highWatermark) return null
  if (follower.logEndOffset < partition.epochStartOffset) return null
  return [...partition.inSync, followerId].sort((a, b) => a - b)
}
