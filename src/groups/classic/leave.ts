/** LeaveGroup: by members themselves, or by an administrator who names static members by their instance (KIP-345). */
import type { ErrorName } from '../../protocol/errors.ts'
import { leaveAsClassic } from '../consumer/migrate/classic-members.ts'
import type { Ask, LeaveEvent, LeaveOutcome, LeavingMember } from '../events.ts'
import { disarm, note, reply, type Turn } from '../turn.ts'
import { completeIfAllJoined, dismiss, noted, rebalance, sessionTimer } from './rebalance.ts'
import type { ClassicGroup } from './state.ts'
import { memberError } from './validate.ts'

export function leave(turn: Turn, event: LeaveEvent & { readonly ask: Ask<'leave'> }): void {
  if (turn.group.id === '') {
    return reply(turn, event.ask, { error: 'INVALID_GROUP_ID', members: [] })
  }
  const { classic: group, consumer } = turn.group
  if (consumer !== null) return leaveAsClassic(turn, consumer, event)
  if (group === null) return reply(turn, event.ask, unknown(event.members))
  const known = group.members.size
  const members = event.members.map((leaving) => ({
    memberId: leaving.memberId,
    instanceId: leaving.instanceId,
    error: leaveOne(turn, group, leaving),
  }))
  if (group.members.size < known) {
    const gone = members.filter(({ error }) => error === 'NONE').map(named)
    rebalance(turn, group, `${gone.join(', ')} left`)
  } else {
    // One that had only been given its id may have been the last to wait for.
    completeIfAllJoined(turn, group)
  }
  reply(turn, event.ask, { error: 'NONE', members })
}

const unknown = (members: readonly LeavingMember[]): LeaveOutcome => ({
  error: 'NONE',
  members: members.map(({ memberId, instanceId }) => ({
    memberId,
    instanceId,
    error: 'UNKNOWN_MEMBER_ID',
  })),
})

function leaveOne(turn: Turn, group: ClassicGroup, leaving: LeavingMember): ErrorName {
  const { instanceId } = leaving
  if (group.pendingMembers.delete(leaving.memberId)) {
    disarm(turn, sessionTimer(leaving.memberId))
    return 'NONE'
  }
  const byInstance = leaving.memberId === '' && instanceId !== null
  const memberId = byInstance ? (group.staticMembers.get(instanceId) ?? '') : leaving.memberId
  const error = byInstance && memberId === '' ? 'UNKNOWN_MEMBER_ID' : null
  const fault = error ?? memberError(group, { memberId, instanceId })
  if (fault !== null) return fault
  const member = group.members.get(memberId)!
  dismiss(turn, group, member, 'UNKNOWN_MEMBER_ID')
  note(turn, { kind: 'left', member: noted(member), reason: leaving.reason ?? 'not provided' })
  return 'NONE'
}

const named = ({ memberId, instanceId }: { memberId: string; instanceId: string | null }) =>
  memberId === '' ? instanceId : memberId
