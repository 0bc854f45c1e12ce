/**
 * One replica of one partition, as this broker sees it: who leads, who is in sync, how far the log is safe.
 *
 *              lead                    follow
 *   offline ─────────▶ leading ◀─────────────▶ following
 *      ▲                  │                       │
 *      └──────────────────┴───────── resign ──────┘
 *
 * Invariant: the high watermark never moves back, and a leader moves it only to an offset that every in-sync replica holds.
 * Source: Kafka's replication protocol (KIP-101, KIP-279), in-sync set changes through the controller (KIP-497).
 */
import { assert } from '../base/assert.ts'
import { highWatermarkOf } from './high-watermark.ts'
import { laggards, returners } from './in-sync.ts'

export type Role = 'offline' | 'leading' | 'following'

/** What a leader knows of another replica. */
export interface Follower {
  logEndOffset: bigint
  logStartOffset: bigint
  /** When the follower last held everything that the leader held then; ms since the epoch. */
  caughtUpAt: number
  /** The leader's log end offset, and when the follower asked then. */
  lastFetchLeaderEnd: bigint
  lastFetchAt: number
  brokerEpoch: bigint
}

export interface Partition {
  readonly brokerId: number
  role: Role
  leaderId: number
  leaderEpoch: number
  partitionEpoch: number
  replicas: readonly number[]
  /** As the controller committed it. */
  inSync: readonly number[]
  /** Asked of the controller, and not refused: counts for the high watermark, not for min.insync.replicas. */
  proposed: readonly number[] | null
  /** min.insync.replicas, never above the number of replicas. */
  minInSync: number
  followers: Map<number, Follower>
  logEndOffset: bigint
  /** Where this leader's epoch began: followers below it are not in sync yet. */
  epochStartOffset: bigint
  highWatermark: bigint
}

/** What the metadata says of the partition. */
export interface Assignment {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
  readonly minInSync: number
}

export interface FollowerFetch {
  readonly replicaId: number
  readonly brokerEpoch: bigint
  readonly fetchOffset: bigint
  readonly logStartOffset: bigint
}

export type PartitionEvent =
  | { kind: 'assigned'; assignment: Assignment; logEndOffset: bigint }
  | { kind: 'configured'; minInSync: number }
  | { kind: 'appended'; logEndOffset: bigint }
  | { kind: 'truncated'; logEndOffset: bigint }
  | { kind: 'fetched'; by: FollowerFetch; eligible: boolean }
  /** A follower learns from its leader how far the log is safe. */
  | { kind: 'leader-watermark'; highWatermark: bigint }
  | { kind: 'check-in-sync'; lagTimeMaxMs: number }
  | { kind: 'proposal-refused'; partitionEpoch: number }

export type PartitionEffect =
  | { kind: 'began-leading'; leaderEpoch: number }
  | { kind: 'began-following'; leaderId: number; leaderEpoch: number }
  | { kind: 'resigned' }
  | { kind: 'high-watermark'; offset: bigint }
  | { kind: 'propose'; inSync: readonly number[]; partitionEpoch: number; leaderEpoch: number }

const moves = {
  offline: ['leading', 'following'],
  leading: ['following', 'offline', 'leading'],
  following: ['leading', 'offline', 'following'],
} as const satisfies Record<Role, readonly Role[]>

export function newPartition(
  brokerId: number,
  { logEndOffset, highWatermark }: { logEndOffset: bigint; highWatermark: bigint },
): Partition {
  return {
    brokerId,
    role: 'offline',
    leaderId: -1,
    leaderEpoch: -1,
    partitionEpoch: -1,
    replicas: [],
    inSync: [],
    proposed: null,
    minInSync: 1,
    followers: new Map(),
    logEndOffset,
    epochStartOffset: logEndOffset,
    highWatermark,
  }
}

export function step(partition: Partition, event: PartitionEvent, now: number): PartitionEffect[] {
  switch (event.kind) {
    case 'assigned':
      return assigned(partition, event, now)
    case 'configured':
      partition.minInSync = event.minInSync
      return advance(partition)
    case 'appended':
      partition.logEndOffset = event.logEndOffset
      return advance(partition)
    case 'truncated':
      assert(partition.role !== 'leading', 'a leader never truncates')
      partition.logEndOffset = event.logEndOffset
      // Only an unclean election makes a follower drop what was acknowledged.
      if (partition.highWatermark > event.logEndOffset) partition.highWatermark = event.logEndOffset
      return []
    case 'fetched':
      return partition.role === 'leading' ? fetched(partition, event, now) : []
    case 'leader-watermark':
      return partition.role === 'following' ? follow(partition, event.highWatermark) : []
    case 'check-in-sync':
      return partition.role === 'leading' ? checkInSync(partition, event.lagTimeMaxMs, now) : []
    case 'proposal-refused':
      return refused(partition, event.partitionEpoch)
  }
}

function assigned(
  partition: Partition,
  { assignment, logEndOffset }: { assignment: Assignment; logEndOffset: bigint },
  now: number,
): PartitionEffect[] {
  if (assignment.partitionEpoch <= partition.partitionEpoch) return []
  const newEpoch = assignment.leaderEpoch > partition.leaderEpoch
  partition.partitionEpoch = assignment.partitionEpoch
  partition.leaderEpoch = assignment.leaderEpoch
  partition.leaderId = assignment.leaderId
  partition.replicas = assignment.replicas
  partition.inSync = assignment.inSync
  partition.minInSync = assignment.minInSync
  partition.proposed = null
  partition.logEndOffset = logEndOffset
  if (assignment.leaderId === partition.brokerId) return lead(partition, newEpoch, now)
  partition.followers.clear()
  if (assignment.leaderId < 0 || !assignment.replicas.includes(partition.brokerId)) {
    const changed = partition.role !== 'offline'
    if (changed) enter(partition, 'offline')
    return changed ? [{ kind: 'resigned' }] : []
  }
  const changed = newEpoch || partition.role !== 'following'
  enter(partition, 'following')
  const { leaderId, leaderEpoch } = assignment
  return changed ? [{ kind: 'began-following', leaderId, leaderEpoch }] : []
}

function lead(partition: Partition, newEpoch: boolean, now: number): PartitionEffect[] {
  const began = newEpoch || partition.role !== 'leading'
  enter(partition, 'leading')
  if (began) {
    partition.epochStartOffset = partition.logEndOffset
    partition.followers.clear()
  }
  const others = partition.replicas.filter((id) => id !== partition.brokerId)
  for (const id of partition.followers.keys()) {
    if (!others.includes(id)) partition.followers.delete(id)
  }
  for (const id of others) {
    // A follower of a fresh leader counts as caught up for a while: it has not had the time to ask yet.
    const caughtUpAt = partition.inSync.includes(id) ? now : 0
    if (!partition.followers.has(id)) partition.followers.set(id, unknownFollower(caughtUpAt))
  }
  const effects: PartitionEffect[] = began
    ? [{ kind: 'began-leading', leaderEpoch: partition.leaderEpoch }]
    : []
  return [...effects, ...advance(partition)]
}

const unknownFollower = (caughtUpAt: number): Follower => ({
  logEndOffset: -1n,
  logStartOffset: -1n,
  caughtUpAt,
  lastFetchLeaderEnd: -1n,
  lastFetchAt: 0,
  brokerEpoch: -1n,
})

function fetched(
  partition: Partition,
  { by, eligible }: { by: FollowerFetch; eligible: boolean },
  now: number,
): PartitionEffect[] {
  const follower = partition.followers.get(by.replicaId)
  if (follower === undefined) return []
  if (by.fetchOffset >= partition.logEndOffset) follower.caughtUpAt = now
  else if (by.fetchOffset >= follower.lastFetchLeaderEnd && follower.lastFetchAt > 0) {
    follower.caughtUpAt = Math.max(follower.caughtUpAt, follower.lastFetchAt)
  }
  follower.logEndOffset = by.fetchOffset
  follower.logStartOffset = by.logStartOffset
  follower.brokerEpoch = by.brokerEpoch
  follower.lastFetchLeaderEnd = partition.logEndOffset
  follower.lastFetchAt = now
  const effects = eligible ? propose(partition, returners(partition, by.replicaId)) : []
  return [...effects, ...advance(partition)]
}

function follow(partition: Partition, leaderWatermark: bigint): PartitionEffect[] {
  const offset = leaderWatermark < partition.logEndOffset ? leaderWatermark : partition.logEndOffset
  if (offset <= partition.highWatermark) return []
  partition.highWatermark = offset
  return [{ kind: 'high-watermark', offset }]
}

function checkInSync(partition: Partition, lagTimeMaxMs: number, now: number): PartitionEffect[] {
  const behind = laggards(partition, lagTimeMaxMs, now)
  if (behind.length === 0) return []
  return propose(
    partition,
    partition.inSync.filter((id) => !behind.includes(id)),
  )
}

function propose(partition: Partition, inSync: readonly number[] | null): PartitionEffect[] {
  // One question at a time: the controller's answer carries the epoch that the next one must name.
  if (inSync === null || partition.proposed !== null) return []
  partition.proposed = inSync
  const { partitionEpoch, leaderEpoch } = partition
  return [{ kind: 'propose', inSync, partitionEpoch, leaderEpoch }]
}

/** An accepted proposal takes effect when the metadata brings it; until then it keeps holding the high watermark. */
function refused(partition: Partition, partitionEpoch: number): PartitionEffect[] {
  // The metadata may have brought something newer since then, and another proposal been made.
  if (partition.partitionEpoch !== partitionEpoch) return []
  partition.proposed = null
  return advance(partition)
}

/** Moves a leader's high watermark as far as the in-sync replicas (committed or proposed) allow. */
function advance(partition: Partition): PartitionEffect[] {
  if (partition.role !== 'leading') return []
  // Below min.insync.replicas nothing more becomes safe: a replica elected from the eligible ones could lack it (KIP-966).
  if (partition.inSync.length < partition.minInSync) return []
  const ids = new Set([...partition.inSync, ...(partition.proposed ?? [])])
  const ends = [partition.logEndOffset]
  for (const id of ids) {
    if (id !== partition.brokerId) ends.push(partition.followers.get(id)?.logEndOffset ?? -1n)
  }
  const offset = highWatermarkOf(partition.highWatermark, ends)
  if (offset === partition.highWatermark) return []
  partition.highWatermark = offset
  return [{ kind: 'high-watermark', offset }]
}

function enter(partition: Partition, role: Role): void {
  const allowed: readonly Role[] = moves[partition.role]
  assert(allowed.includes(role), `a partition cannot go from ${partition.role} to ${role}`)
  partition.role = role
}
