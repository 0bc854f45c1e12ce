import { expect, test } from 'vitest'
import type { PartitionImage } from '../../src/metadata/image.ts'
import { type PartitionRules, partitionChange } from '../../src/metadata/partition-change.ts'

const at = { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitionId: 0 }

const partition: PartitionImage = {
  leader: 2,
  leaderEpoch: 1,
  partitionEpoch: 5,
  replicas: [1, 3, 2],
  isr: [2, 3],
  elr: [],
  lastKnownElr: [],
  addingReplicas: [],
  removingReplicas: [],
  directories: [],
  leaderRecoveryState: 0,
}

const rules: PartitionRules = {
  acceptable: () => false,
  recordVersion: 2,
  minInSync: 1,
  elr: true,
  directories: false,
  epochBumpOnShrink: false,
  defaultDirectory: () => 'AAAAAAAAAAAAAAAAAAAAAA',
}

test.each([
  { was: { leader: 2, isr: [2] }, last: [2], why: 'its leader' },
  { was: { leader: -1, isr: [3] }, last: [3], why: 'whoever was in sync when its leader had gone' },
  { was: { leader: -1, isr: [3], lastKnownElr: [2] }, last: null, why: 'who stands there' },
])('of a partition that nobody is in sync with any more it keeps $why', ({ was, last }) => {
  const change = partitionChange(at, { ...partition, ...was }, { isr: [] }, rules)
  expect(change?.value.lastKnownElr).toEqual(last)
})

test('who was in sync last leads again when all has gone that was eligible', () => {
  const left = { ...partition, leader: -1, isr: [], elr: [3], lastKnownElr: [3] }
  const acceptable = (id: number) => id === 3
  const target = { uncleanShutdown: [3] }
  const change = partitionChange(at, left, target, { ...rules, acceptable })
  expect(change?.value).toMatchObject({ leader: 3, isr: [3], leaderRecoveryState: 1 })
})

test('who is moved away stays eligible for nothing: it may come back, empty', () => {
  const moving = { ...partition, leader: 2, isr: [1, 2, 3], elr: [], removingReplicas: [1] }
  const moved = partitionChange(
    at,
    { ...moving, addingReplicas: [3] },
    {},
    { ...rules, minInSync: 3 },
  )
  expect(moved?.value.replicas).toEqual([3, 2])
  expect(moved?.value.eligibleLeaderReplicas).toBe(null)
})

const only = (id: number) => ({ ...rules, acceptable: (each: number) => each === id })

test.each([
  {
    why: 'somebody is in sync, only not there now',
    left: { leader: -1, isr: [3], elr: [1] },
    alive: 1,
  },
  {
    why: 'somebody else is eligible, only not there now',
    left: { leader: -1, isr: [], elr: [3], lastKnownElr: [2] },
    alive: 2,
  },
  {
    why: 'the last known leader is not there',
    left: { leader: -1, isr: [], elr: [], lastKnownElr: [2] },
    alive: 3,
  },
])('nobody leads who may lack something: $why', ({ left, alive }) => {
  const minInSync = 2
  expect(partitionChange(at, { ...partition, ...left }, {}, { ...only(alive), minInSync })).toBe(
    null,
  )
})

test.each([
  { isr: [2], leader: 2, why: 'somebody leaves the in-sync set' },
  { isr: [1, 2, 3], leader: undefined, why: 'no longer than that' },
])('the leader gets a new epoch where the metadata version wants it: $why', ({ isr, leader }) => {
  const wanted = { ...only(2), epochBumpOnShrink: true }
  expect(partitionChange(at, partition, { isr }, wanted)?.value.leader).toBe(leader ?? -2)
  const other = partitionChange(at, partition, { isr }, { ...wanted, epochBumpOnShrink: false })
  expect(other?.value.leader).toBe(-2)
})
