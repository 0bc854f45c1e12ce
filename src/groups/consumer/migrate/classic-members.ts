/**
 * Members of the classic protocol in a group of the consumer protocol: their JoinGroup takes part in the reconciliation,
 * SyncGroup fetches what came out of it, and heartbeats tell when to join again (KIP-848, "Online Migration").
 */

import type { ErrorName } from '../../../protocol/errors.ts'
import { ownProtocols, readSubscription } from '../../classic/protocols.ts'
import type {
  Ask,
  HeartbeatEvent,
  JoinEvent,
  LeaveEvent,
  LeavingMember,
  SyncEvent,
} from '../../events.ts'
import { refusedJoin, refusedSync } from '../../refuse.ts'
import { arm, armIfIdle, disarm, reply, type Turn } from '../../turn.ts'
import type { Topics } from '../../world.ts'
import type { PartitionSet } from '../assign/assignor.ts'
import { fence } from '../fence.ts'
import { replaceMember } from '../replace.ts'
import { settle } from '../settle.ts'
import { type ConsumerGroup, isHeld, type Member, newMember, staticMember } from '../state.ts'
import { mayAssign } from '../target.ts'
import { joinTimer, sessionTimer, syncTimer } from '../timers.ts'
import { fullFault } from '../validate.ts'
import { assignmentBytes } from './assignment-bytes.ts'
import { completelyReplaced, downgradeReplaced } from './downgrade.ts'

type Asked<E, K extends 'join' | 'sync' | 'heartbeat' | 'leave'> = E & { readonly ask: Ask<K> }

const knownMemberIdVersion = 4

export function joinAsClassic(
  turn: Turn,
  group: ConsumerGroup,
  event: Asked<JoinEvent, 'join'>,
): void {
  const { ask, memberId, instanceId, client, uuid } = event
  if (turn.world.config.groupConsumerMigrationPolicy === 'disabled') {
    return reply(turn, ask, refusedJoin('INCONSISTENT_GROUP_PROTOCOL', ''))
  }
  const subscription = readSubscription(event.protocols[0]?.metadata ?? new Uint8Array(0))
  if (fullFault(group, event, turn.world.config.groupConsumerMaxSize) !== null) {
    return reply(turn, ask, refusedJoin('GROUP_MAX_SIZE_REACHED', ''))
  }
  if (!supportsProtocols(group, event)) {
    return reply(turn, ask, refusedJoin('INCONSISTENT_GROUP_PROTOCOL', ''))
  }
  const id = memberId === '' ? uuid : memberId
  if (memberId === '' && instanceId === null && event.apiVersion >= knownMemberIdVersion) {
    return reply(turn, ask, refusedJoin('MEMBER_ID_REQUIRED', id))
  }
  if (subscription === null) {
    return reply(turn, ask, refusedJoin('INCONSISTENT_GROUP_PROTOCOL', ''))
  }
  const error = memberId === '' ? null : instanceError(group, event)
  if (error !== null) return reply(turn, ask, refusedJoin(error, ''))
  const former = instanceId === null ? undefined : staticMember(group, instanceId)
  const before =
    former !== undefined && former.id !== id
      ? replaceMember(turn, group, former, id)
      : (group.members.get(id) ?? newMember(id))
  const isLast = former?.classic === null && completelyReplaced(turn, group, before)
  const { epoch } = group
  const member = settle(turn, {
    before,
    after: {
      ...before,
      ...client,
      instanceId: instanceId ?? before.instanceId,
      rackId: subscription.rackId ?? before.rackId,
      rebalanceTimeoutMs: event.rebalanceTimeoutMs,
      serverAssignor: null,
      topicNames: [...new Set(subscription.topics)].sort(),
      regex: '',
      classic: {
        sessionTimeoutMs: event.sessionTimeoutMs,
        supportedProtocols: ownProtocols(event.protocols),
      },
    },
    reported: byId(subscription.ownedPartitions, turn.world.topics),
    keepsTarget: isLast,
  })
  disarm(turn, joinTimer(id))
  arm(turn, sessionTimer(id), event.sessionTimeoutMs)
  if (isLast) downgradeReplaced(turn, group, epoch)
  else arm(turn, syncTimer(id), event.rebalanceTimeoutMs)
  reply(turn, ask, {
    ...refusedJoin('NONE', id),
    generation: member.epoch,
    protocolType: 'consumer',
    protocolName: event.protocols[0]!.name,
  })
}

/** Members of the classic protocol must have one in common among themselves. */
function supportsProtocols(group: ConsumerGroup, event: JoinEvent): boolean {
  if (event.protocolType !== 'consumer') return false
  const others = [...group.members.values()].flatMap(({ id, classic }) =>
    classic === null || id === event.memberId ? [] : [classic.supportedProtocols],
  )
  return event.protocols.some(({ name }) =>
    others.every((protocols) => protocols.some((each) => each.name === name)),
  )
}

export function syncAsClassic(
  turn: Turn,
  group: ConsumerGroup,
  event: Asked<SyncEvent, 'sync'>,
): void {
  const { ask, memberId, protocolType, protocolName } = event
  const error = classicError(group, event)
  if (error !== null) return reply(turn, ask, refusedSync(error))
  const member = group.members.get(memberId)!
  const { supportedProtocols, sessionTimeoutMs } = member.classic!
  const [first] = supportedProtocols
  if (
    (protocolType !== null && protocolType !== 'consumer') ||
    (protocolName !== null && protocolName !== first?.name)
  ) {
    return reply(turn, ask, refusedSync('INCONSISTENT_GROUP_PROTOCOL'))
  }
  // Who has to give something back has rejoined already; it must be told what it keeps.
  if (isBehind(turn, group, member) && member.state !== 'UnrevokedPartitions') {
    awaitRejoin(turn, member)
    return reply(turn, ask, refusedSync('REBALANCE_IN_PROGRESS'))
  }
  disarm(turn, syncTimer(memberId))
  arm(turn, sessionTimer(memberId), sessionTimeoutMs)
  reply(turn, ask, {
    error: 'NONE',
    protocolType,
    protocolName,
    assignment: assignmentBytes(member.assigned, member.classic!, turn.world.topics),
  })
}

export function heartbeatAsClassic(
  turn: Turn,
  group: ConsumerGroup,
  event: Asked<HeartbeatEvent, 'heartbeat'>,
): void {
  const error = classicError(group, event)
  if (error !== null) return reply(turn, event.ask, { error })
  const member = group.members.get(event.memberId)!
  arm(turn, sessionTimer(member.id), member.classic!.sessionTimeoutMs)
  if (!mustRejoin(turn, group, member)) return reply(turn, event.ask, { error: 'NONE' })
  awaitRejoin(turn, member)
  reply(turn, event.ask, { error: 'REBALANCE_IN_PROGRESS' })
}

/** There is a newer assignment, it has something to give back, or what it waits for has become free. */
function mustRejoin(turn: Turn, group: ConsumerGroup, member: Member): boolean {
  if (isBehind(turn, group, member) || member.state === 'UnrevokedPartitions') return true
  return member.state === 'UnreleasedPartitions' && !awaitsOthers(group, member)
}

/** Joining again would bring it a step further. */
const isBehind = (turn: Turn, group: ConsumerGroup, member: Member): boolean =>
  member.epoch < group.targetEpoch || mayAssign(turn, group)

function awaitsOthers(group: ConsumerGroup, { id, assigned }: Member): boolean {
  for (const [topicId, partitions] of group.targets.get(id) ?? []) {
    for (const partition of partitions) {
      if (assigned.get(topicId)?.has(partition)) continue
      if (isHeld(group, topicId, partition)) return true
    }
  }
  return false
}

const awaitRejoin = (turn: Turn, { id, rebalanceTimeoutMs }: Member): void =>
  armIfIdle(turn, joinTimer(id), rebalanceTimeoutMs)

export function leaveAsClassic(
  turn: Turn,
  group: ConsumerGroup,
  event: Asked<LeaveEvent, 'leave'>,
): void {
  const gone: Member[] = []
  const members = event.members.map((leaving) => {
    const { memberId, instanceId } = leaving
    const found = whoLeaves(group, leaving)
    if (typeof found === 'string') return { memberId, instanceId, error: found }
    if (!gone.includes(found)) gone.push(found)
    return { memberId, instanceId, error: 'NONE' as const }
  })
  if (gone.length > 0) {
    const reason = event.members.find((each) => each.reason !== null)?.reason ?? 'not provided'
    fence(turn, group, gone, { kind: 'left', reason })
  }
  reply(turn, event.ask, { error: 'NONE', members })
}

/** Members may be named that are of the consumer protocol: an administrator removes them in this way. */
function whoLeaves(
  group: ConsumerGroup,
  { memberId, instanceId }: LeavingMember,
): Member | ErrorName {
  if (memberId === '') {
    if (instanceId === null) return 'UNKNOWN_MEMBER_ID'
    return staticMember(group, instanceId) ?? 'UNKNOWN_MEMBER_ID'
  }
  const error = instanceError(group, { memberId, instanceId })
  const member = group.members.get(memberId)
  return error ?? member ?? 'UNKNOWN_MEMBER_ID'
}

function classicError(
  group: ConsumerGroup,
  event: { memberId: string; instanceId: string | null; generation: number },
): ErrorName | null {
  const error = instanceError(group, event)
  if (error !== null) return error
  const member = group.members.get(event.memberId)
  if (!member?.classic) return 'UNKNOWN_MEMBER_ID'
  return member.epoch === event.generation ? null : 'ILLEGAL_GENERATION'
}

function instanceError(
  group: ConsumerGroup,
  { memberId, instanceId }: { memberId: string; instanceId: string | null },
): ErrorName | null {
  if (instanceId === null) return null
  const owner = group.staticMembers.get(instanceId)
  if (owner === undefined) return 'UNKNOWN_MEMBER_ID'
  return owner === memberId ? null : 'FENCED_INSTANCE_ID'
}

function byId(
  owned: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  topics: Topics,
): PartitionSet {
  const set = new Map<string, Set<number>>()
  for (const { topic, partitions } of owned) {
    const id = topics.byName(topic)?.id
    if (id !== undefined) set.set(id, new Set(partitions))
  }
  return set
}
