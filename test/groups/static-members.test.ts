/** Static members (KIP-345): an instance id outlives the process behind it. */
import { expect, test } from 'vitest'
import { Drive } from './drive.ts'
import {
  commit,
  describe,
  heartbeat,
  join,
  joinEvent,
  leave,
  stableGroup,
  subscription,
  sync,
} from './members.ts'

function group(count = 2) {
  const drive = new Drive()
  const given = Array.from({ length: count }, (_, index) => ({
    instanceId: `i${index}`,
    apiVersion: 9,
  }))
  return { drive, ...stableGroup(drive, count, given) }
}

test('a static member needs no id beforehand', () => {
  const { memberIds } = group()
  expect(memberIds).toEqual(['i0-u1', 'i1-u2'])
})

test('who comes back keeps its assignment, and nobody else notices', () => {
  const { drive, memberIds, generation } = group()
  const before = describe(drive).members[1]!.assignment
  const back = join(drive, { instanceId: 'i1' }).outcome
  expect(back).toMatchObject({ error: 'NONE', generation, leader: memberIds[0], members: [] })
  expect(back.memberId).not.toBe(memberIds[1])
  const synced = sync(drive, back.memberId, generation, { instanceId: 'i1' }).outcome
  expect(Buffer.from(synced.assignment)).toEqual(Buffer.from(before))
  expect(heartbeat(drive, memberIds[0]!, generation, 'i0')).toBe('NONE')
  expect(drive.replayed().classic!.members.has(back.memberId)).toBe(true)
})

test('who comes back is told of under its own client id and host', () => {
  const { drive } = group()
  const client = { clientId: 'moved', clientHost: '/127.0.0.2' }
  const { memberId } = join(drive, { instanceId: 'i1', client }).outcome
  const found = describe(drive).members.find((each) => each.memberId === memberId)
  expect(found).toMatchObject(client)
})

test('a leader that comes back is told that nothing is to be assigned, or, if it is old, that another leads', () => {
  const { drive, memberIds } = group()
  const back = join(drive, { instanceId: 'i0' }).outcome
  expect(back).toMatchObject({ leader: back.memberId, skipAssignment: true })
  expect(back.members).toHaveLength(2)
  const again = join(drive, { instanceId: 'i0', apiVersion: 8 }).outcome
  expect(again).toMatchObject({ leader: back.memberId, skipAssignment: false, members: [] })
  expect(again.memberId).not.toBe(again.leader)
  expect(memberIds).toHaveLength(2)
})

test('its former self is fenced, in whatever it does', () => {
  const { drive, memberIds, generation } = group()
  const former = memberIds[1]!
  join(drive, { instanceId: 'i1' })
  expect(heartbeat(drive, former, generation, 'i1')).toBe('FENCED_INSTANCE_ID')
  const inGroup = { instanceId: 'i1', memberId: former, generation }
  expect(commit(drive, 5, inGroup)).toBe('FENCED_INSTANCE_ID')
  expect(join(drive, { instanceId: 'i1', memberId: former }).outcome.error).toBe(
    'FENCED_INSTANCE_ID',
  )
  expect(sync(drive, former, generation, { instanceId: 'i1' }).outcome.error).toBe(
    'FENCED_INSTANCE_ID',
  )
  expect(leave(drive, { memberId: former, instanceId: 'i1' }).members[0]!.error).toBe(
    'FENCED_INSTANCE_ID',
  )
  expect(drive.notes.some(({ kind }) => kind === 'fenced')).toBe(true)
})

test('its former self is fenced while it waits, too', () => {
  const { drive, memberIds } = group()
  const waiting = join(drive, { instanceId: 'i0', memberId: memberIds[0]! })
  expect(waiting.isAnswered).toBe(false)
  join(drive, { instanceId: 'i0' })
  expect(waiting.outcome.error).toBe('FENCED_INSTANCE_ID')
})

test('an instance that nobody has is unknown', () => {
  const { drive, memberIds, generation } = group()
  expect(heartbeat(drive, memberIds[0]!, generation, 'other')).toBe('UNKNOWN_MEMBER_ID')
  expect(leave(drive, { instanceId: 'other' }).members[0]!.error).toBe('UNKNOWN_MEMBER_ID')
})

test('an administrator removes it by its instance', () => {
  const { drive } = group()
  expect(leave(drive, { instanceId: 'i1' }).members).toEqual([
    { memberId: '', instanceId: 'i1', error: 'NONE' },
  ])
  expect(describe(drive).state).toBe('PreparingRebalance')
})

test('a member that comes back with other protocols is a reason to rebalance', () => {
  const { drive } = group()
  const metadata = subscription('t')
  const protocols = [{ name: 'sticky', metadata }]
  expect(join(drive, { instanceId: 'i1', protocols }).outcome.error).toBe(
    'INCONSISTENT_GROUP_PROTOCOL',
  )
  const both = [{ name: 'range', metadata }, ...protocols]
  const drive2 = new Drive()
  const given = ['i0', 'i1'].map((instanceId) => ({ instanceId, protocols: both }))
  stableGroup(drive2, 2, given)
  const reversed = [...both].reverse()
  join(drive2, { instanceId: 'i0', protocols: reversed })
  drive2.ask(joinEvent(drive2, { instanceId: 'i1', protocols: reversed }))
  expect(describe(drive2).state).not.toBe('Stable')
})

test('the group waits for an absent static member until its session ends, and gives it no partitions to lose', () => {
  const { drive, memberIds } = group(3)
  const rejoined = join(drive, { instanceId: 'i0', memberId: memberIds[0]! })
  drive.advance(60_000)
  // The sessions of 10 s have ended long before the rebalance timeout, so the absent ones are gone.
  expect(rejoined.outcome.members.map(({ instanceId }) => instanceId)).toEqual(['i0'])
})

const patient = ['i0', 'i1'].map((instanceId) => ({ instanceId, sessionTimeoutMs: 1_800_000 }))

test('a static member that is absent when the rebalance ends belongs to the new generation all the same', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 3, [...patient, { apiVersion: 3 }])
  leave(drive, { memberId: memberIds[2]! })
  const rejoined = join(drive, { ...patient[0], memberId: memberIds[0]! })
  expect(rejoined.isAnswered).toBe(false)
  drive.advance(60_000)
  expect(rejoined.outcome.generation).toBe(generation + 1)
  expect(rejoined.outcome.members.map(({ instanceId }) => instanceId)).toEqual(['i0', 'i1'])
})

test('where none of them has come back the rebalance goes on until one does', () => {
  const drive = new Drive()
  const { memberIds, generation } = stableGroup(drive, 3, [...patient, { apiVersion: 3 }])
  leave(drive, { memberId: memberIds[2]! })
  drive.advance(60_000)
  expect(describe(drive)).toMatchObject({ state: 'PreparingRebalance' })
  expect(drive.group.classic).toMatchObject({ generation })
  const rejoined = join(drive, { ...patient[1], memberId: memberIds[1]! })
  drive.advance(60_000)
  expect(rejoined.outcome).toMatchObject({ generation: generation + 1, leader: memberIds[1] })
})

test('who comes back between the two barriers begins the rebalance anew: the leader may have assigned to its former self', () => {
  const { drive, memberIds, generation } = group()
  const joins = memberIds.map((memberId, index) =>
    join(drive, {
      memberId,
      instanceId: `i${index}`,
      protocols: [{ name: 'range', metadata: subscription('t', 'u') }],
    }),
  )
  expect(joins.map(({ outcome }) => outcome.generation)).toEqual([generation + 1, generation + 1])
  const waiting = sync(drive, memberIds[1]!, generation + 1, { instanceId: 'i1' })
  expect(waiting.isAnswered).toBe(false)
  join(drive, { instanceId: 'i0' })
  expect(waiting.outcome.error).toBe('REBALANCE_IN_PROGRESS')
  expect(describe(drive).state).toBe('PreparingRebalance')
})
