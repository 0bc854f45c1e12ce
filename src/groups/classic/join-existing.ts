/** A member that the group knows joins again. */
import type { Ask, JoinEvent } from '../events.ts'
import { refusedJoin } from '../refuse.ts'
import { reply, type Turn } from '../turn.ts'
import { matchesProtocols, ownProtocols } from './protocols.ts'
import { joined, rebalance } from './rebalance.ts'
import { type ClassicGroup, isLeader, type Member } from './state.ts'
import { memberError } from './validate.ts'

type Joining = JoinEvent & { readonly ask: Ask<'join'> }

export function joinExisting(turn: Turn, group: ClassicGroup, event: Joining): void {
  const { ask, memberId } = event
  const error = memberError(group, event)
  if (error !== null) return reply(turn, ask, refusedJoin(error, memberId))
  const member = group.members.get(memberId)!
  switch (group.phase) {
    case 'PreparingRebalance':
      return rejoin(turn, group, member, event, 'rejoined')
    case 'CompletingRebalance':
      // It may have missed the answer that began this generation; nothing else has changed.
      if (matchesProtocols(member, event.protocols)) {
        return reply(turn, ask, joined(group, memberId, isLeader(group, memberId)))
      }
      return rejoin(turn, group, member, event, 'changed its metadata')
    case 'Stable':
      // The leader may have seen what no member's metadata tells, such as new partitions.
      if (isLeader(group, memberId)) {
        return rejoin(turn, group, member, event, 'leads, and rejoined')
      }
      if (!matchesProtocols(member, event.protocols)) {
        return rejoin(turn, group, member, event, 'changed its metadata')
      }
      return reply(turn, ask, joined(group, memberId, false))
    case 'Empty':
      return reply(turn, ask, refusedJoin('UNKNOWN_MEMBER_ID', memberId))
  }
}

function rejoin(
  turn: Turn,
  group: ClassicGroup,
  member: Member,
  event: Joining,
  what: string,
): void {
  updateMember(turn, member, event)
  const reason = event.reason === null ? '' : ` (${event.reason})`
  rebalance(turn, group, `${member.id} ${what}${reason}`)
}

/** A retry takes the place of the request before it, which nobody waits for any more. */
export function updateMember(turn: Turn, member: Member, event: Joining): void {
  if (member.joinAsk !== null) {
    reply(turn, member.joinAsk, refusedJoin('REBALANCE_IN_PROGRESS', member.id))
  }
  member.protocols = ownProtocols(event.protocols)
  member.rebalanceTimeoutMs = event.rebalanceTimeoutMs
  member.sessionTimeoutMs = event.sessionTimeoutMs
  member.joinAsk = event.ask
}
