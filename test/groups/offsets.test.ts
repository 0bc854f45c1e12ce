import { expect, test } from 'vitest'
import type { ErrorName } from '../../src/protocol/errors.ts'
import { Drive, topicId } from './drive.ts'
import { commit, committed, describe, join, leave, stableGroup, subscription } from './members.ts'

const day = 24 * 3600 * 1000

test('a simple consumer commits without ever joining; the group is there from then on', () => {
  const drive = new Drive()
  expect(commit(drive, 7)).toBe('NONE')
  expect(committed(drive)).toBe(7)
  expect(drive.kinds()).toEqual(['offset'])
  expect(drive.records[0]!.value).toEqual({
    offset: 7n,
    leaderEpoch: 0,
    metadata: '',
    commitTimestamp: 1_000_000n,
    expireTimestamp: -1n,
    topicId: topicId('t'),
  })
  expect(describe(drive)).toMatchObject({ error: 'NONE', state: 'Empty', protocolType: '' })
})

test.each<{ given: object; error: ErrorName; why: string }>([
  { given: {}, error: 'UNKNOWN_MEMBER_ID', why: 'simple consumers keep out of a live group' },
  { given: { memberId: 'x', generation: 1 }, error: 'UNKNOWN_MEMBER_ID', why: 'a stranger' },
  { given: { memberId: 'c-u1', generation: 0 }, error: 'ILLEGAL_GENERATION', why: 'an old one' },
  { given: { memberId: 'c-u1', generation: 1 }, error: 'NONE', why: 'a member' },
  {
    given: { memberId: 'c-u1', generation: 1, topic: 'none' },
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    why: 'no such topic',
  },
  {
    given: { memberId: 'c-u1', generation: 1, partition: 3 },
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    why: 'no such partition',
  },
  {
    given: { memberId: 'c-u1', generation: 1, metadata: 'x'.repeat(4097) },
    error: 'OFFSET_METADATA_TOO_LARGE',
    why: 'too much metadata',
  },
  {
    given: { memberId: 'c-u1', generation: 1, metadata: 'x'.repeat(4096) },
    error: 'NONE',
    why: 'just enough metadata',
  },
])('a commit to a group of one member: $error, $why', ({ given, error }) => {
  const drive = new Drive()
  stableGroup(drive, 1)
  expect(commit(drive, 1, given)).toBe(error)
})

test.each([
  { apiVersion: 8, error: 'ILLEGAL_GENERATION' },
  { apiVersion: 9, error: 'GROUP_ID_NOT_FOUND' },
])('a member of a group that does not exist gets $error at version $apiVersion', (row) => {
  const given = { memberId: 'm', generation: 4, apiVersion: row.apiVersion }
  expect(commit(new Drive(), 1, given)).toBe(row.error)
})

test('during a rebalance members may commit up to the first barrier, not between the two', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1)
  const memberId = memberIds[0]!
  const { memberId: newcomer } = join(drive).outcome
  join(drive, { memberId: newcomer })
  expect(commit(drive, 1, { memberId, generation })).toBe('NONE')
  join(drive, { memberId })
  expect(commit(drive, 2, { memberId, generation: generation + 1 })).toBe('REBALANCE_IN_PROGRESS')
  expect(committed(drive)).toBe(1)
})

test('a commit keeps the session alive', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1)
  for (let i = 0; i < 5; i++) {
    drive.advance(9000)
    expect(commit(drive, i, { memberId: memberIds[0]!, generation })).toBe('NONE')
  }
})

test('topics by id (version 10)', () => {
  const drive = new Drive()
  const partitions = [{ partition: 1, offset: 3n, leaderEpoch: 2, metadata: 'note' }]
  const { topics } = drive.ask({
    kind: 'commit',
    apiVersion: 10,
    memberId: '',
    generation: -1,
    instanceId: null,
    retentionMs: -1n,
    topics: [
      { topic: { topicId: topicId('t') }, partitions },
      { topic: { topicId: topicId('none') }, partitions },
    ],
  }).outcome
  expect(topics.map((each) => [each.topicId, each.partitions[0]!.error])).toEqual([
    [topicId('t'), 'NONE'],
    [topicId('none'), 'UNKNOWN_TOPIC_ID'],
  ])
  const fetch = (wanted: string[] | null) =>
    drive.ask({
      kind: 'fetch-offsets',
      memberId: null,
      memberEpoch: -1,
      topics: wanted?.map((id) => ({ topic: { topicId: id }, partitions: [1] })) ?? null,
      byId: true,
      requireStable: true,
    }).outcome.topics
  expect(fetch([topicId('t'), topicId('none')])).toEqual([
    {
      name: 't',
      topicId: topicId('t'),
      partitions: [{ partition: 1, offset: 3n, leaderEpoch: 2, metadata: 'note', error: 'NONE' }],
    },
    {
      name: '',
      topicId: topicId('none'),
      partitions: [
        { partition: 1, offset: -1n, leaderEpoch: -1, metadata: '', error: 'UNKNOWN_TOPIC_ID' },
      ],
    },
  ])
  expect(fetch(null)).toHaveLength(1)
  drive.topics.delete('t')
  expect(fetch(null)).toHaveLength(0)
})

const remove = (drive: Drive, name: string, ...partitions: number[]) =>
  drive.ask({ kind: 'delete-offsets', topics: [{ name, partitions }] }).outcome

test('deleting offsets: what a live consumer group reads is spared, what it does not read is not', () => {
  const drive = new Drive()
  expect(remove(drive, 't', 0).error).toBe('GROUP_ID_NOT_FOUND')
  const { memberIds, generation } = stableGroup(drive, 1)
  const inGroup = { memberId: memberIds[0]!, generation }
  commit(drive, 1, inGroup)
  commit(drive, 2, { ...inGroup, topic: 'u' })
  expect(remove(drive, 't', 0, 9).topics[0]!.partitions).toEqual([
    { partition: 0, error: 'GROUP_SUBSCRIBED_TO_TOPIC' },
    { partition: 9, error: 'UNKNOWN_TOPIC_OR_PARTITION' },
  ])
  expect(remove(drive, 'u', 0, 1).topics[0]!.partitions.map(({ error }) => error)).toEqual([
    'NONE',
    'NONE',
  ])
  expect(committed(drive, 'u')).toBe(-1)
  leave(drive, { memberId: memberIds[0]! })
  expect(remove(drive, 't', 0).topics[0]!.partitions[0]!.error).toBe('NONE')
  expect(committed(drive)).toBe(-1)
})

test('nobody knows what members that are no consumers read', () => {
  const drive = new Drive()
  stableGroup(drive, 1, [{ protocolType: 'connect' }])
  expect(remove(drive, 't', 0).error).toBe('NON_EMPTY_GROUP')
})

test('the offsets of a deleted topic go, the group stays', () => {
  const drive = new Drive()
  commit(drive, 1)
  commit(drive, 2, { topic: 'u' })
  drive.play({ kind: 'topics-deleted', topics: new Set(['t', 'other']) })
  expect(committed(drive)).toBe(-1)
  expect(committed(drive, 'u')).toBe(2)
  drive.play({ kind: 'topics-deleted', topics: new Set(['u']) })
  expect(describe(drive).state).toBe('Empty')
  expect(drive.replayed().offsets.size).toBe(0)
})

test('deleting a group', () => {
  const drive = new Drive()
  const remove = () => drive.ask({ kind: 'delete-group' }).outcome.error
  expect(remove()).toBe('GROUP_ID_NOT_FOUND')
  const { memberIds, generation } = stableGroup(drive, 1)
  commit(drive, 1, { memberId: memberIds[0]!, generation })
  expect(remove()).toBe('NON_EMPTY_GROUP')
  leave(drive, { memberId: memberIds[0]! })
  expect(remove()).toBe('NONE')
  expect(drive.kinds().slice(-2)).toEqual(['offset deleted', 'classicGroup deleted'])
  expect(drive.replayed().classic).toBeNull()
})

const sweep = (drive: Drive) => drive.play({ kind: 'sweep' })

test('retention counts from the moment the last member left', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1)
  commit(drive, 1, { memberId: memberIds[0]!, generation })
  drive.now += 30 * day
  sweep(drive)
  expect(committed(drive)).toBe(1)
  leave(drive, { memberId: memberIds[0]! })
  drive.now += 7 * day - 1
  sweep(drive)
  expect(committed(drive)).toBe(1)
  drive.failover()
  drive.now += 1
  sweep(drive)
  expect(drive.kinds().slice(-2)).toEqual(['offset deleted', 'classicGroup deleted'])
  expect(describe(drive).error).toBe('GROUP_ID_NOT_FOUND')
})

test('a simple group expires by its commits, one by one', () => {
  const drive = new Drive()
  commit(drive, 1)
  drive.now += day
  commit(drive, 2, { partition: 1 })
  drive.now += 6 * day
  sweep(drive)
  expect([committed(drive), committed(drive, 't', 1)]).toEqual([-1, 2])
})

test('a running group loses offsets only of topics that it reads no more', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1, [
    { protocols: [{ name: 'range', metadata: subscription('t') }], sessionTimeoutMs: 1_800_000 },
  ])
  const inGroup = { memberId: memberIds[0]!, generation }
  commit(drive, 1, inGroup)
  commit(drive, 2, { ...inGroup, topic: 'u' })
  drive.now += 7 * day
  sweep(drive)
  expect([committed(drive), committed(drive, 'u')]).toEqual([1, -1])
})

test('an old client may ask for its own retention', () => {
  const drive = new Drive()
  expect(commit(drive, 1, { apiVersion: 2, retentionMs: 1000n })).toBe('NONE')
  drive.now += 999
  sweep(drive)
  expect(committed(drive)).toBe(1)
  drive.now += 1
  sweep(drive)
  expect(committed(drive)).toBe(-1)
})
