import type { Follower } from '../../src/partition/partition.ts'

/** What the leader knows of a follower that has all of a log which ends at 10. */
export const caughtUp: Follower = {
  logEndOffset: 10n,
  logStartOffset: 0n,
  caughtUpAt: 0,
  lastFetchLeaderEnd: 10n,
  lastFetchAt: 0,
  brokerEpoch: 1n,
}
