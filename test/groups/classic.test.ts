import { expect, test } from 'vitest'
import type { ErrorName } from '../../src/protocol/errors.ts'
import { Drive } from './drive.ts'
import {
  assignment,
  describe,
  heartbeat,
  join,
  joinWithId,
  leave,
  stableGroup,
  subscription,
  sync,
} from './members.ts'

const settled = { groupInitialRebalanceDelayMs: 3000 }

test('a first member is given an id, waits for the initial delay, leads, and assigns', () => {
  const drive = new Drive(settled)
  const { memberId, joined } = joinWithId(drive)
  expect(memberId).toBe('c-u1')
  expect(joined.isAnswered).toBe(false)
  drive.advance(2999)
  expect(joined.isAnswered).toBe(false)
  drive.advance(1)
  const { members, ...rest } = joined.outcome
  expect(rest).toEqual({
    error: 'NONE',
    memberId,
    generation: 1,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: memberId,
    skipAssignment: false,
  })
  expect(members.map((each) => each.memberId)).toEqual([memberId])
  const assignments = [{ memberId, assignment: assignment('t', 0, 1, 2) }]
  const synced = sync(drive, memberId, 1, { assignments })
  expect(synced.outcome.error).toBe('NONE')
  expect(Buffer.from(synced.outcome.assignment)).toEqual(assignment('t', 0, 1, 2))
  expect(describe(drive)).toMatchObject({ state: 'Stable', protocol: 'range' })
})

test('the records of a short life: generation 0, one with members, and an empty one', () => {
  const drive = new Drive()
  const { memberId } = joinWithId(drive)
  drive.advance(0)
  drive.advance(20)
  sync(drive, memberId, 1, { assignments: [{ memberId, assignment: assignment('t', 0) }] })
  drive.advance(500)
  expect(leave(drive, { memberId })).toMatchObject({ error: 'NONE' })
  const values = drive.records.map(({ value }) => value as Record<string, unknown>)
  expect(values).toMatchObject([
    { protocolType: '', generation: 0, protocol: null, leader: null, members: [] },
    {
      protocolType: 'consumer',
      generation: 1,
      protocol: 'range',
      leader: memberId,
      members: [
        {
          memberId,
          groupInstanceId: null,
          clientId: 'c',
          clientHost: '/127.0.0.1',
          rebalanceTimeout: 60_000,
          sessionTimeout: 10_000,
        },
      ],
    },
    { protocolType: 'consumer', generation: 2, protocol: null, leader: null, members: [] },
  ])
  // The moment of the last change of state, not that of writing.
  expect(values.map((each) => each.currentStateTimestamp)).toEqual([
    1_000_000n,
    1_000_000n,
    1_000_520n,
  ])
  expect(describe(drive)).toMatchObject({ state: 'Empty', protocolType: 'consumer', protocol: '' })
})

test('the initial delay is drawn out while members keep coming, up to the rebalance timeout', () => {
  const drive = new Drive(settled)
  const first = join(drive, { apiVersion: 3, rebalanceTimeoutMs: 7000 })
  drive.advance(2000)
  const second = join(drive, { apiVersion: 3, rebalanceTimeoutMs: 7000 })
  drive.advance(1000)
  expect(first.isAnswered).toBe(false)
  drive.advance(2000)
  join(drive, { apiVersion: 3, rebalanceTimeoutMs: 7000 })
  drive.advance(1000)
  expect(second.isAnswered).toBe(false)
  join(drive, { apiVersion: 3, rebalanceTimeoutMs: 7000 })
  drive.advance(1000)
  expect(second.outcome.generation).toBe(1)
})

test.each<{ given: Parameters<typeof join>[1]; error: ErrorName; memberId: string; why: string }>([
  { given: { sessionTimeoutMs: 5999 }, error: 'INVALID_SESSION_TIMEOUT', memberId: '', why: 'low' },
  {
    given: { sessionTimeoutMs: 1_800_001, memberId: 'm' },
    error: 'INVALID_SESSION_TIMEOUT',
    memberId: 'm',
    why: 'high',
  },
  {
    given: { protocols: [] },
    error: 'INCONSISTENT_GROUP_PROTOCOL',
    memberId: '',
    why: 'no protocol',
  },
  {
    given: { protocolType: '' },
    error: 'INCONSISTENT_GROUP_PROTOCOL',
    memberId: '',
    why: 'no protocol type',
  },
  { given: { memberId: 'x' }, error: 'UNKNOWN_MEMBER_ID', memberId: 'x', why: 'nobody was there' },
])('a join is refused with $error: $why', ({ given, error, memberId }) => {
  const drive = new Drive()
  expect(join(drive, given).outcome).toMatchObject({ error, memberId, generation: -1 })
})

test('a group without a name cannot be joined', () => {
  const drive = new Drive({}, '')
  expect(join(drive).outcome.error).toBe('INVALID_GROUP_ID')
  expect(sync(drive, 'm', 1).outcome.error).toBe('INVALID_GROUP_ID')
  expect(heartbeat(drive, 'm', 1)).toBe('INVALID_GROUP_ID')
  expect(leave(drive, { memberId: 'm' }).error).toBe('INVALID_GROUP_ID')
})

test('others must share the protocol type and one protocol that all know', () => {
  const drive = new Drive()
  stableGroup(drive, 1)
  const metadata = subscription('t')
  const other = (given: Parameters<typeof join>[1]) => join(drive, given).outcome.error
  expect(other({ protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
  expect(other({ protocols: [{ name: 'roundrobin', metadata }] })).toBe(
    'INCONSISTENT_GROUP_PROTOCOL',
  )
  expect(other({ protocols: [{ name: 'range', metadata }] })).toBe('MEMBER_ID_REQUIRED')
})

test('the protocol with the most first votes among those that all know is chosen', () => {
  const drive = new Drive(settled)
  const metadata = subscription('t')
  const speaking = (...names: string[]) =>
    join(drive, { apiVersion: 3, protocols: names.map((name) => ({ name, metadata })) })
  const [first] = [speaking('a', 'b', 'c'), speaking('b', 'a', 'x'), speaking('y', 'b', 'a')]
  drive.advance(10_000)
  expect(first!.outcome.protocolName).toBe('b')
})

test('a newcomer starts a rebalance; heartbeats tell the others to join again', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1)
  const [old] = memberIds as [string]
  const { memberId, joined } = joinWithId(drive)
  expect(heartbeat(drive, old, generation)).toBe('REBALANCE_IN_PROGRESS')
  expect(sync(drive, old, generation).outcome.error).toBe('REBALANCE_IN_PROGRESS')
  const rejoined = join(drive, { memberId: old })
  expect(rejoined.outcome).toMatchObject({ error: 'NONE', generation: generation + 1, leader: old })
  expect(rejoined.outcome.members).toHaveLength(2)
  expect(joined.outcome.members).toHaveLength(0)
  const waiting = sync(drive, memberId, generation + 1)
  expect(waiting.isAnswered).toBe(false)
  const bytes = assignment('t', 2)
  sync(drive, old, generation + 1, { assignments: [{ memberId, assignment: bytes }] })
  expect(Buffer.from(waiting.outcome.assignment)).toEqual(bytes)
  expect(heartbeat(drive, old, generation)).toBe('ILLEGAL_GENERATION')
  expect(heartbeat(drive, old, generation + 1)).toBe('NONE')
})

test('who does not rejoin within the rebalance timeout is left behind', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 2, [
    { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 30_000 },
    { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 30_000 },
  ])
  const [leader, slow] = memberIds as [string, string]
  const rejoined = join(drive, { memberId: leader, rebalanceTimeoutMs: 20_000 })
  drive.advance(19_999)
  expect(rejoined.isAnswered).toBe(false)
  drive.advance(1)
  expect(rejoined.outcome.members.map((each) => each.memberId)).toEqual([leader])
  expect(heartbeat(drive, slow, generation)).toBe('UNKNOWN_MEMBER_ID')
})

test('a member whose session ends is removed and the others rebalance', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 2)
  const [leader, silent] = memberIds as [string, string]
  for (let i = 0; i < 4; i++) {
    drive.advance(3000)
    if (i < 3) expect(heartbeat(drive, leader, generation)).toBe('NONE')
  }
  expect(heartbeat(drive, leader, generation)).toBe('REBALANCE_IN_PROGRESS')
  expect(heartbeat(drive, silent, generation)).toBe('UNKNOWN_MEMBER_ID')
  expect(drive.notes.map((each) => each.kind)).toContain('timed-out')
})

test('a member id that was handed out and never used keeps nobody waiting for longer than its session', () => {
  const drive = new Drive()
  const { memberIds } = stableGroup(drive, 1)
  expect(join(drive, { sessionTimeoutMs: 10_000 }).outcome.error).toBe('MEMBER_ID_REQUIRED')
  const rejoined = join(drive, { memberId: memberIds[0]! })
  expect(rejoined.isAnswered).toBe(false)
  drive.advance(10_000)
  expect(rejoined.outcome.error).toBe('NONE')
})

test('a member that joined but never asks for its assignment is removed', () => {
  const drive = new Drive()
  const { memberIds } = stableGroup(drive, 2)
  const [leader, other] = memberIds as [string, string]
  join(drive, { memberId: leader, sessionTimeoutMs: 100_000 })
  join(drive, { memberId: other, sessionTimeoutMs: 100_000 })
  sync(drive, leader, 2, { assignments: [] })
  expect(describe(drive).state).toBe('Stable')
  drive.advance(60_000)
  expect(describe(drive).state).toBe('PreparingRebalance')
  expect(heartbeat(drive, other, 2)).toBe('UNKNOWN_MEMBER_ID')
})

test('a rebalance that begins between the barriers sends back those who wait at the second', () => {
  const drive = new Drive()
  const { memberIds } = stableGroup(drive, 2)
  const [leader, other] = memberIds as [string, string]
  join(drive, { memberId: leader })
  join(drive, { memberId: other })
  const waiting = sync(drive, other, 2)
  joinWithId(drive)
  expect(waiting.outcome.error).toBe('REBALANCE_IN_PROGRESS')
})

test('joining again with the same metadata changes nothing, except for the leader', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 2)
  const [leader, follower] = memberIds as [string, string]
  expect(join(drive, { memberId: follower }).outcome).toMatchObject({
    error: 'NONE',
    generation,
    members: [],
  })
  expect(describe(drive).state).toBe('Stable')
  join(drive, { memberId: leader })
  expect(describe(drive).state).toBe('PreparingRebalance')
})

test('other topics in the metadata are a reason to rebalance', () => {
  const drive = new Drive()
  const { memberIds } = stableGroup(drive, 2)
  const protocols = [{ name: 'range', metadata: subscription('t', 'u') }]
  expect(join(drive, { memberId: memberIds[1]!, protocols }).isAnswered).toBe(false)
  expect(describe(drive).state).toBe('PreparingRebalance')
})

test('a group that is full refuses newcomers', () => {
  const drive = new Drive({ groupMaxSize: 2 })
  stableGroup(drive, 2)
  expect(join(drive).outcome).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' })
})

test('leaving: several at once, unknown ones, and those who only have an id', () => {
  const drive = new Drive()
  const { memberIds } = stableGroup(drive, 3)
  const pending = join(drive).outcome.memberId
  const outcome = leave(
    drive,
    { memberId: memberIds[1]! },
    { memberId: 'stranger' },
    { memberId: pending },
  )
  expect(outcome.members.map(({ error }) => error)).toEqual(['NONE', 'UNKNOWN_MEMBER_ID', 'NONE'])
  expect(drive.group.classic!.members.size).toBe(2)
  expect(leave(new Drive(), { memberId: 'm' }).members).toEqual([
    { memberId: 'm', instanceId: null, error: 'UNKNOWN_MEMBER_ID' },
  ])
})

test('a sync must fit the generation and the protocol', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1)
  const [memberId] = memberIds as [string]
  const error = (given: object, at = generation) => sync(drive, memberId, at, given).outcome.error
  expect(error({}, generation - 1)).toBe('ILLEGAL_GENERATION')
  expect(error({ protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
  expect(error({ protocolType: 'consumer', protocolName: 'x' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
  expect(error({ protocolType: 'consumer', protocolName: 'range' })).toBe('NONE')
})

test('a coordinator that takes over goes on with the generation, and gives the members a new session', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 2)
  drive.failover()
  expect(heartbeat(drive, memberIds[0]!, generation)).toBe('NONE')
  expect(describe(drive)).toMatchObject({ state: 'Stable', protocol: 'range' })
  expect(Buffer.from(describe(drive).members[1]!.assignment)).toEqual(assignment('t', 1))
  drive.advance(10_000)
  expect(describe(drive).state).toBe('Empty')
})

test('a group that is too large when it is loaded lets the members come anew, as far as there is room', () => {
  const drive = new Drive()
  const { memberIds } = stableGroup(drive, 3)
  drive.config = { ...drive.config, groupMaxSize: 2 }
  drive.failover()
  const joins = memberIds.map((memberId) => join(drive, { memberId }))
  drive.advance(60_000)
  expect(joins.map(({ outcome }) => outcome.error)).toEqual([
    'NONE',
    'NONE',
    'GROUP_MAX_SIZE_REACHED',
  ])
  expect(drive.notes).toContainEqual({
    kind: 'left',
    member: expect.objectContaining({ memberId: memberIds[2] }),
    reason: 'the group is full: group.max.size is 2',
  })
})

test('describing a group that does not exist', () => {
  expect(describe(new Drive())).toMatchObject({
    error: 'GROUP_ID_NOT_FOUND',
    message: 'Group g not found.',
    state: 'Dead',
  })
})

test('a newcomer that waits for others sends no heartbeats, and is given five minutes', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 1, [{ rebalanceTimeoutMs: 3_600_000 }])
  const { memberId, joined } = joinWithId(drive, { rebalanceTimeoutMs: 3_600_000 })
  const fiveMinutes = 300_000
  for (let waited = 0; waited < fiveMinutes - 5000; waited += 5000) {
    drive.advance(5000)
    expect(heartbeat(drive, memberIds[0]!, generation)).toBe('REBALANCE_IN_PROGRESS')
  }
  expect(joined.isAnswered).toBe(false)
  drive.advance(5000)
  expect(joined.outcome.error).toBe('UNKNOWN_MEMBER_ID')
  expect(drive.group.classic!.members.has(memberId)).toBe(false)
})

test('a group that is larger than it may be by now comes together anew when it is loaded', () => {
  const drive = new Drive()
  stableGroup(drive, 3)
  drive.config = { ...drive.config, groupMaxSize: 3 }
  drive.failover()
  expect(describe(drive).state).toBe('Stable')
  drive.config = { ...drive.config, groupMaxSize: 2 }
  drive.failover()
  expect(describe(drive).state).toBe('PreparingRebalance')
})
