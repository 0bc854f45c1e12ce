/** JoinGroup: who may join, under which id, and what it sets in motion. */
import { joinAsClassic } from '../consumer/migrate/classic-members.ts'
import { forgetGroup } from '../consumer/remember.ts'
import type { Ask, JoinEvent } from '../events.ts'
import { refusedJoin } from '../refuse.ts'
import { arm, note, reply, type Turn } from '../turn.ts'
import { newMemberJoinTimeoutMs } from '../world.ts'
import { joinExisting } from './join-existing.ts'
import { ownProtocols, supportsProtocols } from './protocols.ts'
import { noted, rebalance, sessionTimer } from './rebalance.ts'
import { rememberGroup } from './remember.ts'
import {
  addMember,
  awaitingJoin,
  type ClassicGroup,
  type Member,
  newClassicGroup,
  removeMember,
} from './state.ts'
import { rejoinStatic } from './static-member.ts'

// From here on a member must come back with the id it was given (KIP-394), so that lost answers leave no ghosts.
const knownMemberIdVersion = 4

export type Joining = JoinEvent & { readonly ask: Ask<'join'> }

export function join(turn: Turn, event: Joining): void {
  const { config } = turn.world
  const { memberId, sessionTimeoutMs } = event
  if (turn.group.id === '') return refuse(turn, event, 'INVALID_GROUP_ID')
  if (
    sessionTimeoutMs < config.groupMinSessionTimeoutMs ||
    sessionTimeoutMs > config.groupMaxSessionTimeoutMs
  ) {
    return refuse(turn, event, 'INVALID_SESSION_TIMEOUT')
  }
  const { consumer } = turn.group
  if (consumer !== null && consumer.members.size > 0) return joinAsClassic(turn, consumer, event)
  const group = groupToJoin(turn, memberId)
  if (group === null) return refuse(turn, event, 'UNKNOWN_MEMBER_ID')
  if (!hasRoom(group, memberId, config.groupMaxSize)) {
    const member = group.members.get(memberId)
    group.pendingMembers.delete(memberId)
    if (member !== undefined) leaveOut(turn, group, member)
    return reply(turn, event.ask, refusedJoin('GROUP_MAX_SIZE_REACHED', ''))
  }
  if (!supportsProtocols(group, event.protocolType, event.protocols)) {
    return refuse(turn, event, 'INCONSISTENT_GROUP_PROTOCOL')
  }
  if (memberId === '') return joinNew(turn, group, event)
  if (group.pendingMembers.has(memberId)) return addAndRebalance(turn, group, memberId, event)
  joinExisting(turn, group, event)
}

/** Null where a member names a group that does not exist. A group that begins is remembered, though it is still empty. */
function groupToJoin(turn: Turn, memberId: string): ClassicGroup | null {
  const { group } = turn
  if (group.classic === null && memberId === '') {
    // Nobody is in it: it may begin anew as a group of the other protocol.
    if (group.consumer !== null) forgetGroup(turn, group.consumer)
    const begun = newClassicGroup(group.id)
    begun.phaseSince = turn.world.now
    rememberGroup(turn, begun, new Map())
  }
  return group.classic
}

/** During a rebalance those count who have joined: if the limit was lowered, the last ones to rejoin are left out. */
function hasRoom(group: ClassicGroup, memberId: string, sizeMax: number): boolean {
  switch (group.phase) {
    case 'Empty':
      return true
    case 'PreparingRebalance': {
      const awaits = (group.members.get(memberId)?.joinAsk ?? null) !== null
      return awaits || awaitingJoin(group) < sizeMax
    }
    case 'CompletingRebalance':
    case 'Stable':
      return group.members.has(memberId) || group.members.size < sizeMax
  }
}

function leaveOut(turn: Turn, group: ClassicGroup, member: Member): void {
  removeMember(group, member.id)
  const reason = `the group is full: group.max.size is ${turn.world.config.groupMaxSize}`
  note(turn, { kind: 'left', member: noted(member), reason })
}

function joinNew(turn: Turn, group: ClassicGroup, event: Joining): void {
  const { instanceId } = event
  const memberId = `${instanceId ?? event.client.clientId}-${event.uuid}`
  if (instanceId !== null) {
    const known = group.staticMembers.get(instanceId)
    if (known !== undefined) return rejoinStatic(turn, group, known, memberId, event)
  } else if (event.apiVersion >= knownMemberIdVersion) {
    group.pendingMembers.add(memberId)
    arm(turn, sessionTimer(memberId), event.sessionTimeoutMs)
    return reply(turn, event.ask, refusedJoin('MEMBER_ID_REQUIRED', memberId))
  }
  addAndRebalance(turn, group, memberId, event)
}

function addAndRebalance(turn: Turn, group: ClassicGroup, memberId: string, event: Joining): void {
  if (group.phase === 'PreparingRebalance' && group.previousPhase === 'Empty') {
    group.newMemberAdded = true
  }
  if (group.members.size === 0) group.protocolType = event.protocolType
  const member = newMember(memberId, event)
  addMember(group, member)
  arm(turn, sessionTimer(memberId), newMemberJoinTimeoutMs)
  const reason = event.reason ?? 'not provided'
  note(turn, { kind: 'joined', member: noted(member), reason })
  rebalance(turn, group, `${memberId} joined`)
}

function newMember(id: string, event: Joining): Member {
  return {
    id,
    instanceId: event.instanceId,
    ...event.client,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    sessionTimeoutMs: event.sessionTimeoutMs,
    protocols: ownProtocols(event.protocols),
    assignment: new Uint8Array(0),
    joinAsk: event.ask,
    syncAsk: null,
    isNew: true,
  }
}

function refuse(
  turn: Turn,
  { ask, memberId }: Joining,
  error:
    | 'INVALID_GROUP_ID'
    | 'INVALID_SESSION_TIMEOUT'
    | 'UNKNOWN_MEMBER_ID'
    | 'INCONSISTENT_GROUP_PROTOCOL',
): void {
  reply(turn, ask, refusedJoin(error, error === 'INCONSISTENT_GROUP_PROTOCOL' ? '' : memberId))
}
