/** ConsumerGroupHeartbeat of a member that joins or stays. First everything is checked, then everything is done. */
import { arm, note, reply, type Turn } from '../turn.ts'
import { type Beating, refuse } from './beating.ts'
import { noted } from './fence.ts'
import { leave } from './leave.ts'
import { upgrade, upgradeFault } from './migrate/upgrade.ts'
import { isSubset, listOf } from './partitions.ts'
import { replaceMember } from './replace.ts'
import { settle } from './settle.ts'
import { awayEpoch, joinEpoch, leaveEpoch, type Member, newMember, staticMember } from './state.ts'
import { sessionTimer } from './timers.ts'
import {
  epochFault,
  type Fault,
  fault,
  fullFault,
  instanceFault,
  requestFault,
  unknownMember,
  unreleasedFault,
} from './validate.ts'

export function consumerHeartbeat(turn: Turn, event: Beating): void {
  const { group, world } = turn
  const bad = requestFault(group.id, event, world.config)
  if (bad !== null) return refuse(turn, event, bad)
  if (event.memberEpoch === leaveEpoch || event.memberEpoch === awayEpoch) {
    return leave(turn, event)
  }
  const wrong = groupFault(turn, event) ?? memberFault(turn, event)
  if (wrong !== null) {
    noteFenced(turn, event, wrong)
    return refuse(turn, event, wrong)
  }
  beginGroup(turn)
  const before = takePlace(turn, event)
  const isNew = before.epoch === joinEpoch && before.clientId === ''
  const after = changed(before, event)
  if (isNew) note(turn, { kind: 'joined', member: noted(after), reason: 'first heartbeat' })
  const member = settle(turn, { before, after, reported: event.reported })
  const { sessionTimeoutMs, heartbeatIntervalMs } = world.config.consumer(group.id)
  arm(turn, sessionTimer(member.id), sessionTimeoutMs)
  reply(turn, event.ask, {
    error: 'NONE',
    message: null,
    memberId: member.id,
    memberEpoch: member.epoch,
    heartbeatIntervalMs,
    assignment: mustTell(event, before, member) ? listOf(member.assigned) : null,
  })
}

/** Only who joins brings a group into being, or turns one of the classic protocol into one of this. */
function groupFault(turn: Turn, { memberEpoch }: Beating): Fault | null {
  const { id, consumer, classic } = turn.group
  if (consumer !== null) return null
  if (classic === null) {
    if (memberEpoch === joinEpoch) return null
    return fault('GROUP_ID_NOT_FOUND', `Consumer group ${id} not found.`)
  }
  if (memberEpoch !== joinEpoch) {
    return fault('GROUP_ID_NOT_FOUND', `Group ${id} is not a consumer group.`)
  }
  return classic.phase === 'Empty' ? null : upgradeFault(turn, classic)
}

function memberFault({ group, world }: Turn, event: Beating): Fault | null {
  const { consumer } = group
  if (consumer === null) return null
  const full = fullFault(consumer, event, world.config.groupConsumerMaxSize)
  if (full !== null) return full
  const { memberId, memberEpoch, instanceId } = event
  if (memberEpoch === joinEpoch) {
    const known = instanceId === null ? undefined : staticMember(consumer, instanceId)
    // One of the classic protocol is replaced without ado, as its protocol does it.
    return known === undefined || known.classic !== null ? null : unreleasedFault(memberId, known)
  }
  if (instanceId !== null) {
    const wrong = instanceFault(consumer, { memberId, instanceId })
    if (wrong !== null) return wrong
  }
  const member = consumer.members.get(memberId)
  return member === undefined ? unknownMember(memberId, group.id) : epochFault(member, event)
}

function noteFenced(turn: Turn, { memberId, memberEpoch }: Beating, { error }: Fault): void {
  const member = turn.group.consumer?.members.get(memberId)
  if (error !== 'FENCED_MEMBER_EPOCH' || member === undefined) return
  const reason = `its epoch is ${member.epoch}, and it speaks of ${memberEpoch}`
  note(turn, { kind: 'fenced', member: noted(member), reason })
}

function beginGroup(turn: Turn): void {
  const { classic } = turn.group
  if (classic !== null) upgrade(turn, classic)
}

/** The member as the group knows it; a static one that comes back gets what its former self had. */
function takePlace(turn: Turn, { memberId, instanceId, uuid }: Beating): Member {
  const group = turn.group.consumer
  const id = memberId === '' ? uuid : memberId
  const former = group === null || instanceId === null ? undefined : staticMember(group, instanceId)
  if (group !== null && former !== undefined && former.id !== id) {
    return replaceMember(turn, group, former, id)
  }
  return group?.members.get(id) ?? newMember(id)
}

/** What a heartbeat leaves out is as before. */
function changed(before: Member, event: Beating): Member {
  return {
    ...before,
    ...event.client,
    instanceId: event.instanceId ?? before.instanceId,
    rackId: event.rackId ?? before.rackId,
    rebalanceTimeoutMs:
      event.rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : event.rebalanceTimeoutMs,
    serverAssignor: event.serverAssignor ?? before.serverAssignor,
    topicNames: event.topicNames === null ? before.topicNames : sorted(event.topicNames),
    regex: event.regex ?? before.regex,
    classic: null,
  }
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort()

/** A member that tells everything of itself wants to be told everything; otherwise it hears of changes. */
function mustTell(event: Beating, before: Member, member: Member): boolean {
  const { memberEpoch, rebalanceTimeoutMs, topicNames, regex, reported } = event
  const isFull =
    rebalanceTimeoutMs !== -1 && (topicNames !== null || regex !== null) && reported !== null
  if (memberEpoch === joinEpoch || isFull) return true
  return !(isSubset(before.assigned, member.assigned) && isSubset(member.assigned, before.assigned))
}
