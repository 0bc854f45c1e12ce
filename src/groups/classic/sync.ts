/** SyncGroup: the second barrier. It opens when the leader has said who reads what. */
import type { ErrorName } from '../../protocol/errors.ts'
import { syncAsClassic } from '../consumer/migrate/classic-members.ts'
import type { Ask, SyncEvent, SyncOutcome } from '../events.ts'
import { refusedSync } from '../refuse.ts'
import { arm, disarm, note, reply, type Turn } from '../turn.ts'
import { notedAssignment } from './noted.ts'
import { noted, prepareRebalance, sessionTimer, syncTimer } from './rebalance.ts'
import { rememberGroup } from './remember.ts'
import { type ClassicGroup, isLeader, type Member, removeMember } from './state.ts'
import { memberError } from './validate.ts'

export function sync(turn: Turn, event: SyncEvent & { readonly ask: Ask<'sync'> }): void {
  const { ask, memberId } = event
  if (turn.group.id === '') return reply(turn, ask, refusedSync('INVALID_GROUP_ID'))
  const { classic: group, consumer } = turn.group
  if (consumer !== null) return syncAsClassic(turn, consumer, event)
  const error = group === null ? 'UNKNOWN_MEMBER_ID' : syncError(group, event)
  if (group === null || error !== null) return reply(turn, ask, refusedSync(error!))
  const member = group.members.get(memberId)!
  forgetPendingSync(turn, group, memberId)
  if (group.phase === 'Stable') return reply(turn, ask, assigned(group, member))
  // A retry takes the place of the request before it.
  if (member.syncAsk !== null) reply(turn, member.syncAsk, refusedSync('REBALANCE_IN_PROGRESS'))
  member.syncAsk = ask
  if (isLeader(group, memberId)) assign(turn, group, event)
}

function syncError(group: ClassicGroup, event: SyncEvent): ErrorName | null {
  const { generation, protocolType, protocolName } = event
  const error = memberError(group, event)
  if (error !== null) return error
  if (generation !== group.generation) return 'ILLEGAL_GENERATION'
  if (protocolType !== null && protocolType !== group.protocolType) {
    return 'INCONSISTENT_GROUP_PROTOCOL'
  }
  if (protocolName !== null && protocolName !== group.protocolName) {
    return 'INCONSISTENT_GROUP_PROTOCOL'
  }
  if (group.phase === 'Empty') return 'UNKNOWN_MEMBER_ID'
  return group.phase === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : null
}

function assign(turn: Turn, group: ClassicGroup, { assignments }: SyncEvent): void {
  const byMember = new Map(
    assignments.map(({ memberId, assignment }) => [memberId, new Uint8Array(assignment)]),
  )
  rememberGroup(turn, group, byMember)
  note(turn, { kind: 'assigned', ...notedAssignment(group) })
  for (const member of group.members.values()) {
    if (member.syncAsk === null) continue
    reply(turn, member.syncAsk, assigned(group, member))
    member.syncAsk = null
    arm(turn, sessionTimer(member.id), member.sessionTimeoutMs)
  }
}

const assigned = (group: ClassicGroup, { assignment }: Member): SyncOutcome => ({
  error: 'NONE',
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  assignment,
})

function forgetPendingSync(turn: Turn, group: ClassicGroup, memberId: string): void {
  group.pendingSync.delete(memberId)
  if (group.pendingSync.size === 0) disarm(turn, syncTimer)
}

/** Who joined but never asked for its assignment is gone: the others go on without it. */
export function syncTimedOut(turn: Turn, group: ClassicGroup): void {
  if (group.phase !== 'CompletingRebalance' && group.phase !== 'Stable') return
  if (group.pendingSync.size === 0) return
  const absent = [...group.pendingSync]
  for (const memberId of absent) {
    const member = group.members.get(memberId)
    removeMember(group, memberId)
    disarm(turn, sessionTimer(memberId))
    const reason = 'it did not ask for its assignment in time'
    if (member !== undefined) note(turn, { kind: 'timed-out', member: noted(member), reason })
  }
  prepareRebalance(turn, group, `${absent.join(', ')} did not sync in time`)
}
