/** Which offsets have been kept for long enough (KIP-211). */
import type { ClassicGroup } from '../classic/state.ts'
import type { Group } from '../group.ts'
import type { Turn } from '../turn.ts'
import { forget, isSubscribedTo } from './delete.ts'
import type { CommittedOffset } from './offsets.ts'

/** Forgets what has expired; tells whether the group has no offsets left. */
export function expireOffsets(turn: Turn): boolean {
  const { group } = turn
  const since = expiryBase(group)
  if (since === null) return hasNoOffsets(group)
  for (const [topic, partitions] of [...group.offsets]) {
    if (isSubscribedTo(group, topic)) continue
    for (const [partition, offset] of [...partitions]) {
      if (group.pending.has(topic, partition)) continue
      if (isExpired(turn, offset, since)) forget(turn, topic, partition)
    }
  }
  return hasNoOffsets(group)
}

const hasNoOffsets = ({ offsets, pending }: Group): boolean => offsets.size === 0 && pending.isEmpty

/**
 * From when on retention counts: for a group without members from the moment it lost the last one, for a running consumer
 * group (topics that it reads no more) and a simple one from each commit. Null: nothing expires.
 */
type Base = (offset: CommittedOffset) => bigint

function expiryBase({ classic }: Group): Base | null {
  if (classic === null || classic.protocolType === null) return byCommit
  if (classic.phase === 'Empty') return emptySince(classic)
  const knows = classic.subscribedTopics !== null && classic.protocolType === 'consumer'
  return knows && classic.phase === 'Stable' ? byCommit : null
}

const byCommit: Base = ({ commitTimestamp }) => commitTimestamp

function emptySince({ phaseSince }: ClassicGroup): Base {
  return phaseSince < 0 ? byCommit : () => BigInt(phaseSince)
}

function isExpired({ world }: Turn, offset: CommittedOffset, since: Base): boolean {
  if (offset.expireTimestamp >= 0n) return BigInt(world.now) >= offset.expireTimestamp
  return BigInt(world.now) - since(offset) >= BigInt(world.config.offsetsRetentionMs)
}
