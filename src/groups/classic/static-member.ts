/** A static member comes back without its id: it takes the place of its former self, which is fenced (KIP-345). */
import { assert } from '../../base/assert.ts'
import type { Ask, JoinEvent } from '../events.ts'
import { arm, note, type Turn } from '../turn.ts'
import { updateMember } from './join-existing.ts'
import { selectProtocol } from './protocols.ts'
import {
  answerJoin,
  completeIfAllJoined,
  dismiss,
  joined,
  noted,
  prepareRebalance,
  rebalance,
  sessionTimer,
} from './rebalance.ts'
import { rememberGroup } from './remember.ts'
import { addMember, type ClassicGroup, isLeader, type Member } from './state.ts'

// KIP-814: a leader that comes back can be told not to assign anew.
const skipAssignmentVersion = 9

export function rejoinStatic(
  turn: Turn,
  group: ClassicGroup,
  formerId: string,
  memberId: string,
  event: JoinEvent & { readonly ask: Ask<'join'> },
): void {
  const formerLeader = group.leader
  const member = replace(turn, group, formerId, memberId)
  arm(turn, sessionTimer(memberId), member.sessionTimeoutMs)
  updateMember(turn, member, event)
  member.clientId = event.client.clientId
  member.clientHost = event.client.clientHost
  switch (group.phase) {
    case 'Stable':
      if (selectProtocol(group.members.values()) !== group.protocolName) {
        return rebalance(turn, group, `static member ${memberId} joined with other protocols`)
      }
      // Nothing but an id has changed: the assignment stands, and no other member is disturbed.
      rememberGroup(turn, group, assignmentsOf(group))
      return answerJoin(turn, member, unchanged(group, memberId, formerLeader, event.apiVersion))
    case 'CompletingRebalance':
      // The leader may be assigning to the former id already.
      return prepareRebalance(turn, group, `static member ${memberId} took over`)
    case 'PreparingRebalance':
      return completeIfAllJoined(turn, group)
    case 'Empty':
      return assert(false, `group ${group.id} is empty but has static members`)
  }
}

function replace(turn: Turn, group: ClassicGroup, formerId: string, memberId: string): Member {
  const former = group.members.get(formerId)!
  const wasLeader = isLeader(group, formerId)
  const member = { ...former, id: memberId, joinAsk: null, syncAsk: null }
  dismiss(turn, group, former, 'FENCED_INSTANCE_ID')
  addMember(group, member)
  if (wasLeader) group.leader = memberId
  note(turn, { kind: 'fenced', member: noted(former), by: memberId })
  return member
}

function unchanged(
  group: ClassicGroup,
  memberId: string,
  formerLeader: string | null,
  apiVersion: number,
) {
  if (apiVersion < skipAssignmentVersion) {
    // An old client that finds itself the leader would assign, so it is shown the leader that is no more.
    return { ...joined(group, memberId, false), leader: formerLeader ?? '' }
  }
  const leads = isLeader(group, memberId)
  return { ...joined(group, memberId, leads), skipAssignment: leads }
}

const assignmentsOf = (group: ClassicGroup): Map<string, Uint8Array> =>
  new Map([...group.members.values()].map(({ id, assignment }) => [id, assignment]))
