import type { Partition } from './partition.ts'

export interface Reader {
  readonly rackId: string
  readonly fetchOffset: bigint
  /** Null for a broker that is not alive, or not to be reached by this reader, or in no rack. */
  readonly rackOf: (brokerId: number) => string | null
}

/**
 * The in-sync follower of the reader's rack that holds what it asks for and most of what comes after; null where the leader
 * stands in that rack itself, or nobody does (KIP-392, as RackAwareReplicaSelector chooses).
 */
export function nearestReplica(
  { brokerId, inSync, followers }: Partition,
  { rackId, fetchOffset, rackOf }: Reader,
): number | null {
  if (rackId === '' || rackOf(brokerId) === rackId) return null
  const near = [...followers]
    .map(([id, follower]) => ({ id, ...follower }))
    .filter(({ id }) => inSync.includes(id) && rackOf(id) === rackId)
    .filter((each) => each.logEndOffset >= fetchOffset && each.logStartOffset <= fetchOffset)
    .sort(
      (a, b) =>
        Number(b.logEndOffset - a.logEndOffset) || b.caughtUpAt - a.caughtUpAt || b.id - a.id,
    )
  return near[0]?.id ?? null
}
