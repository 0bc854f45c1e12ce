import { expect, test } from 'vitest'
import { highWatermarkOf } from '../../src/partition/high-watermark.ts'
import { minInSync } from '../../src/partition/min-in-sync.ts'
import {
  type Assignment,
  newPartition,
  type Partition,
  type PartitionEffect,
  step,
} from '../../src/partition/partition.ts'
import { fateOfProposal } from '../../src/partition/proposal.ts'

test.each([
  { current: 5n, ends: [9n, 7n, 8n], expected: 7n, why: 'the slowest in-sync replica decides' },
  { current: 5n, ends: [9n, 4n], expected: 5n, why: 'it never moves back' },
  { current: 5n, ends: [], expected: 5n, why: 'nobody in sync says nothing' },
  { current: 0n, ends: [3n], expected: 3n, why: 'a leader alone is safe with itself' },
])('high watermark: $why', ({ current, ends, expected }) => {
  expect(highWatermarkOf(current, ends)).toBe(expected)
})

test.each([
  { configured: 1, replicas: 3, expected: 1, why: 'as configured' },
  { configured: 3, replicas: 1, expected: 1, why: 'never more than there are replicas' },
])('min.insync.replicas: $why', ({ configured, replicas, expected }) => {
  expect(minInSync(configured, replicas)).toBe(expected)
})

const assignment = (given: Partial<Assignment> = {}): Assignment => ({
  leaderId: 1,
  leaderEpoch: 0,
  partitionEpoch: 0,
  replicas: [1, 2, 3],
  inSync: [1, 2, 3],
  minInSync: 1,
  ...given,
})

function leader(given: Partial<Assignment> = {}, logEndOffset = 0n): Partition {
  const partition = newPartition(1, { logEndOffset: 0n, highWatermark: 0n })
  step(partition, { kind: 'assigned', assignment: assignment(given), logEndOffset }, 1000)
  return partition
}

const fetchedBy = (replicaId: number, fetchOffset: bigint) => ({
  kind: 'fetched' as const,
  by: { replicaId, fetchOffset, brokerEpoch: 1n, logStartOffset: 0n },
  eligible: true,
})

const watermarks = (effects: PartitionEffect[]): bigint[] =>
  effects.flatMap((each) => (each.kind === 'high-watermark' ? [each.offset] : []))

test('a leader alone moves its high watermark with every append', () => {
  const partition = leader({ replicas: [1], inSync: [1] })
  const effects = step(partition, { kind: 'appended', logEndOffset: 7n }, 1000)
  expect(watermarks(effects)).toEqual([7n])
})

test('a leader with followers waits for the last one in sync', () => {
  const partition = leader()
  expect(watermarks(step(partition, { kind: 'appended', logEndOffset: 5n }, 1000))).toEqual([])
  expect(watermarks(step(partition, fetchedBy(2, 5n), 1001))).toEqual([])
  expect(watermarks(step(partition, fetchedBy(3, 4n), 1002))).toEqual([4n])
  expect(watermarks(step(partition, fetchedBy(3, 5n), 1003))).toEqual([5n])
})

test('below min.insync.replicas the high watermark stands still, and goes on when the configuration allows it', () => {
  const partition = leader({ inSync: [1], minInSync: 2 })
  expect(watermarks(step(partition, { kind: 'appended', logEndOffset: 5n }, 1000))).toEqual([])
  expect(watermarks(step(partition, { kind: 'configured', minInSync: 1 }, 1000))).toEqual([5n])
})

test('a follower that stays behind for too long is proposed to leave, once', () => {
  const partition = leader()
  step(partition, { kind: 'appended', logEndOffset: 5n }, 1000)
  step(partition, fetchedBy(2, 5n), 20_000)
  const check = { kind: 'check-in-sync' as const, lagTimeMaxMs: 10_000 }
  expect(step(partition, check, 20_001)).toEqual([
    { kind: 'propose', inSync: [1, 2], partitionEpoch: 0, leaderEpoch: 0 },
  ])
  expect(step(partition, check, 20_002)).toEqual([])
  // Until the controller has agreed, the one that is to leave still counts.
  expect(partition.highWatermark).toBe(0n)
  const agreed = assignment({ inSync: [1, 2], partitionEpoch: 1 })
  const effects = step(
    partition,
    { kind: 'assigned', assignment: agreed, logEndOffset: 5n },
    20_003,
  )
  expect(watermarks(effects)).toEqual([5n])
})

test('a follower that holds all that is acknowledged is proposed to return, in order of ids', () => {
  const partition = leader({ inSync: [1, 3], replicas: [3, 1, 2] })
  step(partition, { kind: 'appended', logEndOffset: 5n }, 1000)
  step(partition, fetchedBy(3, 5n), 1001)
  expect(step(partition, fetchedBy(2, 4n), 1002)).toEqual([])
  expect(step(partition, fetchedBy(2, 5n), 1003)).toEqual([
    { kind: 'propose', inSync: [1, 2, 3], partitionEpoch: 0, leaderEpoch: 0 },
  ])
})

test('a proposed member holds the high watermark back before it is committed', () => {
  const partition = leader({ inSync: [1], replicas: [1, 2] })
  step(partition, { kind: 'appended', logEndOffset: 5n }, 1000)
  step(partition, fetchedBy(2, 5n), 1001)
  expect(watermarks(step(partition, { kind: 'appended', logEndOffset: 9n }, 1002))).toEqual([])
  const refused = (partitionEpoch: number) =>
    watermarks(step(partition, { kind: 'proposal-refused', partitionEpoch }, 1003))
  expect(refused(-1), 'of an earlier proposal').toEqual([])
  expect(refused(0)).toEqual([9n])
})

test.each([
  { error: 'INELIGIBLE_REPLICA', fate: 'refused', why: 'the controller says so' },
  { error: 'NEW_LEADER_ELECTED', fate: 'overtaken', why: 'it ended a reassignment' },
  { error: 'INVALID_UPDATE_VERSION', fate: 'overtaken', why: 'perhaps by itself' },
  { error: 'REQUEST_TIMED_OUT', fate: 'unknown', why: 'the answer may be all that was lost' },
  { error: 'NOT_CONTROLLER', fate: 'unknown', why: 'it may be committed by the next one' },
] as const)('a proposal that gets $error is $fate: $why', ({ error, fate }) => {
  expect(fateOfProposal(error)).toBe(fate)
})

test('an assignment that is older than what is known changes nothing', () => {
  const partition = leader({ partitionEpoch: 4, leaderEpoch: 2 })
  const old = assignment({ leaderId: 2, partitionEpoch: 3, leaderEpoch: 1 })
  expect(step(partition, { kind: 'assigned', assignment: old, logEndOffset: 0n }, 1)).toEqual([])
  expect(partition.role).toBe('leading')
})

test('a follower takes its leader’s high watermark, but never beyond its own log', () => {
  const partition = newPartition(1, { logEndOffset: 4n, highWatermark: 0n })
  const follow = assignment({ leaderId: 2 })
  expect(step(partition, { kind: 'assigned', assignment: follow, logEndOffset: 4n }, 1)).toEqual([
    { kind: 'began-following', leaderId: 2, leaderEpoch: 0 },
  ])
  expect(watermarks(step(partition, { kind: 'leader-watermark', highWatermark: 9n }, 2))).toEqual([
    4n,
  ])
})

test('a broker that is no replica any more resigns', () => {
  const partition = leader()
  const gone = assignment({
    replicas: [2, 3],
    inSync: [2, 3],
    leaderId: 2,
    partitionEpoch: 1,
    leaderEpoch: 1,
  })
  expect(step(partition, { kind: 'assigned', assignment: gone, logEndOffset: 0n }, 1)).toEqual([
    { kind: 'resigned' },
  ])
  expect(partition.role).toBe('offline')
})
