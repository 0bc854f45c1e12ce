/** The first barrier: it opens when all members have joined, or when those that have are tired of waiting. */
import type { ErrorName } from '../../protocol/errors.ts'
import type { JoinOutcome } from '../events.ts'
import { refusedJoin, refusedSync } from '../refuse.ts'
import { arm, disarm, note, reply, type Turn } from '../turn.ts'
import { metadataOf, selectProtocol, subscribedTopics } from './protocols.ts'
import { rememberGroup } from './remember.ts'
import {
  type ClassicGroup,
  enter,
  hasAllJoined,
  isLeader,
  type Member,
  rebalanceTimeoutMs,
  removeMember,
} from './state.ts'

export const joinTimer = 'join'
export const syncTimer = 'sync'
export const sessionTimer = (memberId: string): string => `session ${memberId}`

/** After somebody came, went or changed: a rebalance begins, or the one that runs may be complete. */
export function rebalance(turn: Turn, group: ClassicGroup, reason: string): void {
  if (group.phase === 'PreparingRebalance') completeIfAllJoined(turn, group)
  else prepareRebalance(turn, group, reason)
}

export function prepareRebalance(turn: Turn, group: ClassicGroup, reason: string): void {
  const { groupInitialRebalanceDelayMs: delayMs } = turn.world.config
  if (group.phase === 'CompletingRebalance') refuseSyncs(turn, group, 'REBALANCE_IN_PROGRESS')
  disarm(turn, syncTimer)
  const isInitial = group.phase === 'Empty'
  enter(group, 'PreparingRebalance', turn.world.now)
  note(turn, { kind: 'rebalance-began', reason })
  if (isInitial) {
    // A group that starts has more members coming; they save each other rebalances if the first one waits a little.
    group.initialRemainingMs = Math.max(rebalanceTimeoutMs(group) - delayMs, 0)
    group.newMemberAdded = false
    arm(turn, joinTimer, delayMs)
  } else if (hasAllJoined(group)) {
    completeJoin(turn, group)
  } else {
    arm(turn, joinTimer, rebalanceTimeoutMs(group))
  }
}

export function completeIfAllJoined(turn: Turn, group: ClassicGroup): void {
  if (group.phase !== 'PreparingRebalance' || group.previousPhase === 'Empty') return
  if (hasAllJoined(group)) completeJoin(turn, group)
}

/** The initial delay has passed, or the rebalance timeout. */
export function joinTimedOut(turn: Turn, group: ClassicGroup): void {
  if (group.phase !== 'PreparingRebalance') return
  const remainingMs = group.initialRemainingMs
  if (remainingMs !== null && remainingMs > 0 && group.newMemberAdded) {
    const { groupInitialRebalanceDelayMs: delayMs } = turn.world.config
    group.newMemberAdded = false
    group.initialRemainingMs = Math.max(remainingMs - delayMs, 0)
    arm(turn, joinTimer, Math.min(delayMs, remainingMs))
    return
  }
  completeJoin(turn, group)
}

function completeJoin(turn: Turn, group: ClassicGroup): void {
  disarm(turn, joinTimer)
  group.initialRemainingMs = null
  removeAbsent(turn, group)
  if (group.members.size > 0 && !electJoinedLeader(group)) {
    // Only static members are left, and none has come back: they stay until their sessions end.
    arm(turn, joinTimer, rebalanceTimeoutMs(group))
    return
  }
  group.generation++
  group.pendingSync.clear()
  group.protocolName = selectProtocol(group.members.values())
  if (group.members.size === 0) {
    enter(group, 'Empty', turn.world.now)
    rememberGroup(turn, group, new Map())
    note(turn, { kind: 'emptied', generation: group.generation })
    return
  }
  group.subscribedTopics = subscribedTopics(group)
  enter(group, 'CompletingRebalance', turn.world.now)
  for (const member of group.members.values()) welcome(turn, group, member)
  arm(turn, syncTimer, rebalanceTimeoutMs(group))
}

/** A static member may be absent until its session ends; that is what it is static for. */
function removeAbsent(turn: Turn, group: ClassicGroup): void {
  for (const member of [...group.members.values()]) {
    if (member.joinAsk !== null || member.instanceId !== null) continue
    removeMember(group, member.id)
    disarm(turn, sessionTimer(member.id))
    const reason = 'it did not rejoin within the rebalance timeout'
    note(turn, { kind: 'timed-out', member: noted(member), reason })
  }
}

function electJoinedLeader(group: ClassicGroup): boolean {
  const leader = group.leader === null ? undefined : group.members.get(group.leader)
  if (leader !== undefined && leader.joinAsk !== null) return true
  for (const member of group.members.values()) {
    if (member.joinAsk === null) continue
    group.leader = member.id
    return true
  }
  return false
}

function welcome(turn: Turn, group: ClassicGroup, member: Member): void {
  answerJoin(turn, member, joined(group, member.id, isLeader(group, member.id)))
  arm(turn, sessionTimer(member.id), member.sessionTimeoutMs)
  member.isNew = false
  group.pendingSync.add(member.id)
}

/** The generation as a member is told of it; only who assigns learns of all the others. */
export function joined(group: ClassicGroup, memberId: string, withMembers: boolean): JoinOutcome {
  return {
    error: 'NONE',
    memberId,
    generation: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leader ?? '',
    skipAssignment: false,
    members: withMembers ? membersOf(group) : [],
  }
}

function membersOf(group: ClassicGroup): JoinOutcome['members'] {
  return [...group.members.values()].map((member) => ({
    memberId: member.id,
    instanceId: member.instanceId,
    metadata: metadataOf(member, group.protocolName),
  }))
}

export function answerJoin(turn: Turn, member: Member, outcome: JoinOutcome): void {
  if (member.joinAsk === null) return
  reply(turn, member.joinAsk, outcome)
  member.joinAsk = null
}

export function refuseSyncs(turn: Turn, group: ClassicGroup, error: ErrorName): void {
  for (const member of group.members.values()) {
    member.assignment = new Uint8Array(0)
    refuseSync(turn, member, error)
  }
}

export function refuseSync(turn: Turn, member: Member, error: ErrorName): void {
  if (member.syncAsk === null) return
  reply(turn, member.syncAsk, refusedSync(error))
  member.syncAsk = null
  // While it waited it was not expected to send heartbeats.
  arm(turn, sessionTimer(member.id), member.sessionTimeoutMs)
}

/** It is told before it is forgotten: a client that still waits shall not wait for ever. */
export function dismiss(turn: Turn, group: ClassicGroup, member: Member, error: ErrorName): void {
  answerJoin(turn, member, refusedJoin(error, error === 'FENCED_INSTANCE_ID' ? member.id : ''))
  refuseSync(turn, member, error)
  disarm(turn, sessionTimer(member.id))
  removeMember(group, member.id)
}

export const noted = ({ id, instanceId, clientId, clientHost }: Member) => ({
  memberId: id,
  instanceId,
  clientId,
  clientHost,
})
