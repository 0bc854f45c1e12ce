import { expect, test } from 'vitest'
import type { ConsumerHeartbeatEvent } from '../../../src/groups/events.ts'
import { Drive, topicId } from '../drive.ts'
import { commit, committed } from '../members.ts'
import { Client, describe, heartbeat, held, join, partitions, settle } from './members.ts'

test('a first member: one batch of records, and everything is its own', () => {
  const drive = new Drive()
  const outcome = join(drive, 'm')
  expect(outcome).toMatchObject({
    error: 'NONE',
    memberId: 'm',
    memberEpoch: 2,
    heartbeatIntervalMs: 5000,
  })
  expect(held(outcome)).toEqual({ t: [0, 1, 2] })
  expect(drive.kinds()).toEqual(['member', 'groupEpoch', 'target', 'targetEpoch', 'current'])
  const [member, groupEpoch, target, targetEpoch, current] = drive.records.map(({ value }) => value)
  expect(member).toEqual({
    instanceId: null,
    rackId: null,
    clientId: 'c',
    clientHost: '/127.0.0.1',
    subscribedTopicNames: ['t'],
    subscribedTopicRegex: '',
    rebalanceTimeoutMs: 60_000,
    serverAssignor: null,
    classicMemberMetadata: null,
  })
  expect(groupEpoch).toMatchObject({ epoch: 2, metadataHash: expect.any(BigInt) })
  expect(target).toEqual({ topicPartitions: [{ topicId: topicId('t'), partitions: [0, 1, 2] }] })
  expect(targetEpoch).toEqual({ assignmentEpoch: 2, assignmentTimestamp: 1_000_000n })
  expect(current).toEqual({
    memberEpoch: 2,
    previousMemberEpoch: 0,
    state: 0,
    assignedPartitions: [
      { topicId: topicId('t'), partitions: [0, 1, 2], assignmentEpochs: [2, 2, 2] },
    ],
    partitionsPendingRevocation: [],
  })
  expect(describe(drive)).toMatchObject({
    state: 'Stable',
    epoch: 2,
    targetEpoch: 2,
    assignor: 'uniform',
    members: [
      {
        memberId: 'm',
        memberEpoch: 2,
        assigned: [{ topicName: 't', partitions: [0, 1, 2] }],
        isClassic: false,
      },
    ],
  })
})

test('a heartbeat that changes nothing writes nothing and tells nothing', () => {
  const drive = new Drive()
  join(drive, 'm')
  const before = drive.records.length
  expect(heartbeat(drive, { memberEpoch: 2 })).toMatchObject({ memberEpoch: 2, assignment: null })
  expect(drive.records.length).toBe(before)
  const full = { rebalanceTimeoutMs: 60_000, topicNames: ['t'], reported: partitions({ t: [0] }) }
  expect(held(heartbeat(drive, { memberEpoch: 2, ...full }))).toEqual({ t: [0, 1, 2] })
})

test('leaving: three tombstones and a new epoch; the group is empty', () => {
  const drive = new Drive()
  join(drive, 'm')
  const before = drive.records.length
  expect(heartbeat(drive, { memberEpoch: -1 })).toMatchObject({ error: 'NONE', memberEpoch: -1 })
  expect(drive.kinds().slice(before)).toEqual([
    'current deleted',
    'target deleted',
    'member deleted',
    'groupEpoch',
  ])
  expect(drive.records.at(-1)!.value).toEqual({ epoch: 3, metadataHash: 0n })
  expect(describe(drive)).toMatchObject({ state: 'Empty', assignor: 'uniform', members: [] })
})

test('a newcomer gets a partition only when its holder has given it back', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  const b = new Client(drive, 'b').join()
  expect(b.held).toEqual({})
  expect(describe(drive).state).toBe('Reconciling')
  // The first member is told to give back two (of three, uniform leaves it one) and has not reported it yet.
  a.beat()
  const kept = a.held.t!.length
  expect(kept).toBeLessThan(3)
  b.beat()
  expect(b.held).toEqual({})
  a.beat()
  expect(a.epoch).toBe(3)
  b.beat()
  expect(kept + b.held.t!.length).toBe(3)
  expect(describe(drive).state).toBe('Stable')
})

test('who leaves hands its partitions on', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  const b = new Client(drive, 'b').join()
  settle(drive, a, b)
  b.leave()
  settle(drive, a)
  expect(a.held).toEqual({ t: [0, 1, 2] })
})

test.each<{ given: Partial<ConsumerHeartbeatEvent>; message: string }>([
  { given: { memberId: '' }, message: "MemberId can't be empty." },
  { given: { memberId: '', apiVersion: 0, memberEpoch: 1 }, message: "MemberId can't be empty." },
  { given: { instanceId: '' }, message: "InstanceId can't be empty." },
  { given: { rackId: ' ' }, message: "RackId can't be empty." },
  {
    given: { rebalanceTimeoutMs: -1 },
    message: 'RebalanceTimeoutMs must be provided in first request.',
  },
  { given: { reported: null }, message: 'TopicPartitions must be empty when (re-)joining.' },
  {
    given: { reported: partitions({ t: [0] }) },
    message: 'TopicPartitions must be empty when (re-)joining.',
  },
  {
    given: { topicNames: null },
    message:
      'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
  },
  { given: { memberEpoch: -3 }, message: 'MemberEpoch is invalid.' },
  { given: { memberEpoch: -2 }, message: "InstanceId can't be null." },
])('INVALID_REQUEST: $message', ({ given, message }) => {
  const drive = new Drive()
  expect(join(drive, 'm', given)).toMatchObject({ error: 'INVALID_REQUEST', message })
  expect(drive.records).toEqual([])
})

test('a group without a name', () => {
  expect(join(new Drive({}, ''), 'm')).toMatchObject({
    error: 'INVALID_REQUEST',
    message: "GroupId can't be empty.",
  })
})

test('version 0: the server makes the id', () => {
  const outcome = join(new Drive(), '', { apiVersion: 0 })
  expect(outcome).toMatchObject({ error: 'NONE', memberId: 'made-by-the-server' })
})

test('assignors: chosen by most members, or the broker; unknown ones are refused', () => {
  const drive = new Drive()
  expect(join(drive, 'm', { serverAssignor: 'sticky' })).toMatchObject({
    error: 'UNSUPPORTED_ASSIGNOR',
    message: 'ServerAssignor sticky is not supported. Supported assignors: uniform, range.',
  })
  join(drive, 'm', { serverAssignor: 'range' })
  expect(describe(drive).assignor).toBe('range')
})

test('who does not belong is told so', () => {
  const drive = new Drive()
  expect(heartbeat(drive, { memberEpoch: 5 })).toMatchObject({
    error: 'GROUP_ID_NOT_FOUND',
    message: 'Consumer group g not found.',
  })
  join(drive, 'm')
  expect(heartbeat(drive, { memberId: 'x', memberEpoch: 5 })).toMatchObject({
    error: 'UNKNOWN_MEMBER_ID',
    message: 'Member x is not a member of group g.',
  })
  expect(heartbeat(drive, { memberEpoch: 9 })).toMatchObject({
    error: 'FENCED_MEMBER_EPOCH',
    message:
      'The consumer group member has a greater member epoch (9) than the one known by the ' +
      'group coordinator (2). The member must abandon all its partitions and rejoin.',
  })
  expect(heartbeat(drive, { memberEpoch: 1 }).error).toBe('FENCED_MEMBER_EPOCH')
  // And the timeline tells why it begins anew.
  const member = { memberId: 'm', instanceId: null, clientId: 'c', clientHost: '/127.0.0.1' }
  expect(drive.notes.filter(({ kind }) => kind === 'fenced')).toEqual([
    { kind: 'fenced', member, reason: 'its epoch is 2, and it speaks of 9' },
    { kind: 'fenced', member, reason: 'its epoch is 2, and it speaks of 1' },
  ])
})

test('a lost answer: the epoch before is good as long as the member claims no more than it has', () => {
  const drive = new Drive()
  join(drive, 'm')
  heartbeat(drive, { memberEpoch: 2, topicNames: ['t', 'u'] })
  const late = { memberEpoch: 2, reported: partitions({ t: [0] }) }
  expect(heartbeat(drive, late)).toMatchObject({ error: 'NONE', memberEpoch: 3 })
  const tooMuch = { memberEpoch: 2, reported: partitions({ none: [0] }) }
  expect(heartbeat(drive, tooMuch).error).toBe('FENCED_MEMBER_EPOCH')
})

test('a fenced member may begin anew under its id', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  const b = new Client(drive, 'b').join()
  settle(drive, a, b)
  b.join()
  settle(drive, a, b)
  expect([...a.held.t!, ...b.held.t!].sort()).toEqual([0, 1, 2])
})

test('a silent member loses its place after its session', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  new Client(drive, 'b').join()
  for (let i = 0; i < 9; i++) {
    drive.advance(5000)
    a.beat()
  }
  expect(describe(drive).members.map(({ memberId }) => memberId)).toEqual(['a'])
  settle(drive, a)
  expect(a.held).toEqual({ t: [0, 1, 2] })
})

test('a member that does not give back within its rebalance timeout loses its place', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join({ rebalanceTimeoutMs: 20_000 })
  const b = new Client(drive, 'b').join()
  a.beat()
  for (let i = 0; i < 4; i++) {
    drive.advance(5000)
    // It lives, but still reports everything.
    if (i < 3) heartbeat(drive, { memberId: 'a', memberEpoch: a.epoch })
    b.beat()
  }
  expect(describe(drive).members.map(({ memberId }) => memberId)).toEqual(['b'])
})

test('a static member finds its place in a group that is full', () => {
  const drive = new Drive({ groupConsumerMaxSize: 1 })
  join(drive, 'a', { instanceId: 'i' })
  heartbeat(drive, { memberId: 'a', memberEpoch: -2, instanceId: 'i' })
  expect(join(drive, 'b', { instanceId: 'i' })).toMatchObject({ error: 'NONE' })
})

test('a group that is full', () => {
  const drive = new Drive({ groupConsumerMaxSize: 1 })
  join(drive, 'a')
  expect(join(drive, 'b')).toMatchObject({
    error: 'GROUP_MAX_SIZE_REACHED',
    message: 'The consumer group has reached its maximum capacity of 1 members.',
  })
  expect(join(drive, 'a').error).toBe('NONE')
})

test('topics that grow, come and go reach the members with their next heartbeat', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join({ topicNames: ['t', 'later'] })
  drive.topic('t', 4)
  a.beat()
  expect(a.held).toEqual({ t: [0, 1, 2, 3] })
  drive.topic('later', 1)
  a.beat()
  expect(a.held).toEqual({ t: [0, 1, 2, 3], later: [0] })
  drive.topics.delete('t')
  drive.topicsVersion++
  a.beat().beat()
  expect(a.held).toEqual({ later: [0] })
  drive.topic('unrelated', 1)
  const { epoch } = a
  expect(a.beat().epoch).toBe(epoch)
})

test('assignments come at most once in an interval', () => {
  const drive = new Drive({
    consumer: () => ({
      sessionTimeoutMs: 45_000,
      heartbeatIntervalMs: 5000,
      assignmentIntervalMs: 1000,
    }),
  })
  const a = new Client(drive, 'a').join()
  const b = new Client(drive, 'b').join()
  expect(describe(drive)).toMatchObject({ state: 'Assigning', epoch: 3, targetEpoch: 2 })
  expect([b.epoch, b.held]).toEqual([2, {}])
  drive.advance(1000)
  settle(drive, a, b)
  expect(describe(drive)).toMatchObject({ epoch: 3, targetEpoch: 3 })
})

test('regular expressions follow the topics', () => {
  const drive = new Drive()
  drive.topic('logs-a', 1)
  const a = new Client(drive, 'a').join({ topicNames: null, regex: 'logs-.*' })
  expect(a.held).toEqual({ 'logs-a': [0] })
  const regex = drive.records.find(({ kind }) => kind === 'regex')!
  expect(regex.value).toEqual({ topics: ['logs-a'], version: 77n, timestamp: 1_000_000n })
  drive.topic('logs-b', 2)
  drive.topic('xlogs-c', 2)
  a.beat()
  expect(a.held).toEqual({ 'logs-a': [0], 'logs-b': [0, 1] })
  a.beat({ regex: 't|u' })
  a.beat()
  expect(a.held).toEqual({ t: [0, 1, 2], u: [0, 1] })
  expect(drive.group.consumer!.regexes.has('logs-.*')).toBe(false)
  a.leave()
  expect(drive.group.consumer!.regexes.size).toBe(0)
})

test('an expression that RE2 does not know', () => {
  const drive = new Drive()
  expect(join(drive, 'm', { regex: 'a(b' })).toMatchObject({
    error: 'INVALID_REGULAR_EXPRESSION',
    message: 'SubscribedTopicRegex `a(b` is not a valid regular expression: missing closing ).',
  })
})

test('a topic that is unsubscribed is taken back at once', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join({ topicNames: ['t', 'u'] })
  expect(a.held).toEqual({ t: [0, 1, 2], u: [0, 1] })
  a.beat({ topicNames: ['u'] })
  expect(a.held).toEqual({ u: [0, 1] })
  settle(drive, a)
})

const staticJoin = { instanceId: 'i' }

test('a static member that goes for a while finds its partitions untouched', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  const b = new Client(drive, 'b').join(staticJoin)
  settle(drive, a, b)
  const { epoch } = describe(drive)
  const mine = b.held
  heartbeat(drive, { memberId: 'b', memberEpoch: -2, instanceId: 'i' })
  expect(describe(drive).epoch).toBe(epoch)
  const again = new Client(drive, 'b2').join(staticJoin)
  expect([again.held, again.epoch]).toEqual([mine, epoch])
  expect(describe(drive)).toMatchObject({ epoch, state: 'Stable' })
  expect(drive.replayed().consumer!.staticMembers.get('i')).toBe('b2')
})

test('an instance that somebody holds is not given away, and who lost it is fenced', () => {
  const drive = new Drive()
  new Client(drive, 'b').join(staticJoin)
  expect(join(drive, 'x', staticJoin)).toMatchObject({
    error: 'UNRELEASED_INSTANCE_ID',
    message:
      'Static member x with instance id i cannot join the group because the instance id is ' +
      'owned by b member.',
  })
  heartbeat(drive, { memberId: 'b', memberEpoch: -2, instanceId: 'i' })
  join(drive, 'x', staticJoin)
  expect(heartbeat(drive, { memberId: 'b', memberEpoch: 2, instanceId: 'i' }).error).toBe(
    'FENCED_INSTANCE_ID',
  )
  expect(heartbeat(drive, { memberId: 'b', memberEpoch: 2, instanceId: 'j' }).error).toBe(
    'UNKNOWN_MEMBER_ID',
  )
})

test('a static member that stays away loses its place after its session', () => {
  const drive = new Drive()
  new Client(drive, 'b').join(staticJoin)
  heartbeat(drive, { memberId: 'b', memberEpoch: -2, instanceId: 'i' })
  drive.advance(45_000)
  expect(describe(drive).state).toBe('Empty')
})

test('another coordinator goes on with epochs and assignments, and begins sessions anew', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  const b = new Client(drive, 'b').join()
  a.beat()
  const before = describe(drive)
  drive.failover()
  expect(describe(drive)).toEqual(before)
  drive.advance(44_999)
  settle(drive, a, b)
  expect([...a.held.t!, ...b.held.t!].sort()).toEqual([0, 1, 2])
})

test('commits: the member and its epoch must fit, as far as its partitions moved since', () => {
  const drive = new Drive()
  const a = new Client(drive, 'a').join()
  const by = (memberId: string, generation: number, partition = 0) =>
    commit(drive, 5, { memberId, generation, partition })
  expect(by('a', 2)).toBe('NONE')
  expect(by('a', 3)).toBe('STALE_MEMBER_EPOCH')
  expect(by('x', 2)).toBe('UNKNOWN_MEMBER_ID')
  expect(commit(drive, 5)).toBe('UNKNOWN_MEMBER_ID')
  expect(commit(drive, 5, { memberId: 'a', generation: 2, apiVersion: 8 })).toBe(
    'UNSUPPORTED_VERSION',
  )
  const b = new Client(drive, 'b').join()
  settle(drive, a, b)
  // What it has kept since epoch 2 it may commit with epoch 2; what it has given back it may not.
  expect(by('a', 2, a.held.t![0])).toBe('NONE')
  expect(by('a', 2, b.held.t![0])).toBe('STALE_MEMBER_EPOCH')
  expect(by('b', 2, b.held.t![0])).toBe('STALE_MEMBER_EPOCH')
  expect(committed(drive)).toBe(5)
})

test('reading offsets as a member', () => {
  const drive = new Drive()
  join(drive, 'm')
  const fetch = (memberId: string | null, memberEpoch: number) =>
    drive.ask({
      kind: 'fetch-offsets',
      memberId,
      memberEpoch,
      topics: [{ topic: { name: 't' }, partitions: [0] }],
      byId: false,
      requireStable: true,
    }).outcome.error
  expect([fetch('m', 2), fetch('m', 1), fetch('x', 2), fetch(null, -1)]).toEqual([
    'NONE',
    'STALE_MEMBER_EPOCH',
    'UNKNOWN_MEMBER_ID',
    'NONE',
  ])
})

test('deleting: not while it has members; afterwards nothing of it is left', () => {
  const drive = new Drive()
  const remove = () => drive.ask({ kind: 'delete-group' }).outcome.error
  const a = new Client(drive, 'a').join()
  commit(drive, 1, { memberId: 'a', generation: a.epoch })
  expect(remove()).toBe('NON_EMPTY_GROUP')
  a.leave()
  expect(remove()).toBe('NONE')
  expect(describe(drive)).toMatchObject({
    error: 'GROUP_ID_NOT_FOUND',
    message: 'Group g not found.',
  })
  const { consumer, classic, offsets } = drive.replayed()
  expect([consumer, classic, offsets.size]).toEqual([null, null, 0])
})

test('each protocol describes its own', () => {
  const drive = new Drive()
  join(drive, 'm')
  expect(drive.ask({ kind: 'describe-classic' }).outcome).toMatchObject({
    error: 'GROUP_ID_NOT_FOUND',
    message: 'Group g is not a classic group.',
    state: 'Dead',
  })
  const other = new Drive()
  commit(other, 1)
  expect(describe(other).message).toBe('Group g is not a consumer group.')
})

test('a simple group becomes a consumer group and keeps its offsets', () => {
  const drive = new Drive()
  commit(drive, 3)
  join(drive, 'm')
  expect(describe(drive).state).toBe('Stable')
  expect(committed(drive)).toBe(3)
  expect(drive.replayed().classic).toBeNull()
})

test('the protocol can be switched off', () => {
  expect(join(new Drive({ consumerProtocolDisabled: true }), 'm').error).toBe('UNSUPPORTED_VERSION')
})
