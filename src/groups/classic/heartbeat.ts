/** Heartbeats, and what happens to those who send none. */
import type { ErrorName } from '../../protocol/errors.ts'
import { heartbeatAsClassic } from '../consumer/migrate/classic-members.ts'
import type { Ask, HeartbeatEvent } from '../events.ts'
import { arm, note, reply, type Turn } from '../turn.ts'
import { completeIfAllJoined, dismiss, noted, rebalance, sessionTimer } from './rebalance.ts'
import type { ClassicGroup } from './state.ts'
import { memberError } from './validate.ts'

export function heartbeat(
  turn: Turn,
  event: HeartbeatEvent & { readonly ask: Ask<'heartbeat'> },
): void {
  if (turn.group.id === '') return reply(turn, event.ask, { error: 'INVALID_GROUP_ID' })
  const { classic: group, consumer } = turn.group
  if (consumer !== null) return heartbeatAsClassic(turn, consumer, event)
  const error = group === null ? 'UNKNOWN_MEMBER_ID' : heartbeatError(group, event)
  if (group === null || error !== null) return reply(turn, event.ask, { error: error! })
  keepSession(turn, group, event.memberId)
  const isRebalancing = group.phase === 'PreparingRebalance'
  reply(turn, event.ask, { error: isRebalancing ? 'REBALANCE_IN_PROGRESS' : 'NONE' })
}

function heartbeatError(group: ClassicGroup, event: HeartbeatEvent): ErrorName | null {
  const error = memberError(group, event)
  if (error !== null) return error
  if (event.generation !== group.generation) return 'ILLEGAL_GENERATION'
  return group.phase === 'Empty' ? 'UNKNOWN_MEMBER_ID' : null
}

/** Whatever a member sends shows that it lives. */
export function keepSession(turn: Turn, group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId)
  if (member !== undefined) arm(turn, sessionTimer(memberId), member.sessionTimeoutMs)
}

export function sessionTimedOut(turn: Turn, group: ClassicGroup, memberId: string): void {
  if (group.pendingMembers.delete(memberId)) return completeIfAllJoined(turn, group)
  const member = group.members.get(memberId)
  if (member === undefined) return
  // Who waits at a barrier cannot send heartbeats meanwhile. New members are the exception: their clients may be long
  // gone, and would pile up in a rebalance that never ends.
  const waits = member.joinAsk !== null || member.syncAsk !== null
  if (waits && !member.isNew) return
  dismiss(turn, group, member, 'UNKNOWN_MEMBER_ID')
  const reason = `no heartbeat for ${member.sessionTimeoutMs} ms`
  note(turn, { kind: 'timed-out', member: noted(member), reason })
  rebalance(turn, group, `${memberId} timed out`)
}
