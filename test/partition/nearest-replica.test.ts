import { expect, test } from 'vitest'
import { nearestReplica } from '../../src/partition/nearest-replica.ts'
import { type Follower, newPartition, type Partition } from '../../src/partition/partition.ts'
import { caughtUp } from './follower.ts'

/** Broker 1 leads, in one rack with 5; 2 and 3 stand in rack b. */
const racks: Record<number, string> = { 1: 'a', 2: 'b', 3: 'b', 4: 'c', 5: 'a' }

function led(followers: Record<number, Partial<Follower>>, inSync: number[]): Partition {
  const known = Object.entries(followers).map(([id, follower]): [number, Follower] => [
    Number(id),
    { ...caughtUp, ...follower },
  ])
  const partition = newPartition(1, { logEndOffset: 10n, highWatermark: 10n })
  return { ...partition, role: 'leading', leaderId: 1, inSync, followers: new Map(known) }
}

const all = [1, 2, 3, 4, 5]

test.each([
  { rackId: 'b', followers: { 2: {}, 3: {} }, nearest: 3, why: 'all else equal, the highest id' },
  {
    rackId: 'b',
    followers: { 2: { logEndOffset: 11n }, 3: {} },
    nearest: 2,
    why: 'the one that holds more',
  },
  {
    rackId: 'b',
    followers: { 2: { caughtUpAt: 5 }, 3: {} },
    nearest: 2,
    why: 'then the one that caught up last',
  },
  {
    rackId: 'b',
    followers: { 2: {}, 3: {} },
    inSync: [1, 2],
    nearest: 2,
    why: 'only in-sync ones',
  },
  {
    rackId: 'b',
    followers: { 2: { logEndOffset: 4n }, 3: { logStartOffset: 6n } },
    nearest: null,
    why: 'it must hold what is asked for',
  },
  { rackId: 'a', followers: { 2: {}, 5: {} }, nearest: null, why: 'the leader is near itself' },
  { rackId: 'd', followers: { 2: {}, 4: {} }, nearest: null, why: 'nobody is in that rack' },
  { rackId: '', followers: { 2: {} }, nearest: null, why: 'the reader has no rack' },
])('$why', ({ rackId, followers, inSync = all, nearest }) => {
  const rackOf = (id: number) => racks[id] ?? null
  const reader = { rackId, fetchOffset: 5n, rackOf }
  expect(nearestReplica(led(followers, inSync), reader)).toBe(nearest)
})
