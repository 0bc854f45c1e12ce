/** A group of the classic protocol becomes one of the consumer protocol, while its members go on as they are (KIP-848). */

import { decodeAssignment } from '../../../protocol/records/member-bytes.ts'
import { consumerProtocolType, metadataOf, readSubscription } from '../../classic/protocols.ts'
import { answerJoin, joinTimer, refuseSync, syncTimer } from '../../classic/rebalance.ts'
import type { ClassicGroup, Member as ClassicMember } from '../../classic/state.ts'
import { refusedJoin } from '../../refuse.ts'
import { arm, disarm, note, remember, type Turn } from '../../turn.ts'
import type { Topics } from '../../world.ts'
import {
  rememberCurrent,
  rememberEpoch,
  rememberMember,
  rememberTarget,
  rememberTargetEpoch,
} from '../remember.ts'
import { type Member, newMember, type OwnedPartitions } from '../state.ts'
import { sessionTimer } from '../timers.ts'
import { type Fault, fault } from '../validate.ts'

export function upgradeFault({ world }: Turn, classic: ClassicGroup): Fault | null {
  const { groupConsumerMigrationPolicy: policy, groupConsumerMaxSize: sizeMax } = world.config
  const cannot = (why: string) =>
    fault(
      'GROUP_ID_NOT_FOUND',
      `Cannot upgrade classic group ${classic.id} to consumer group because ${why}.`,
    )
  if (policy !== 'upgrade' && policy !== 'bidirectional')
    return cannot('online upgrade is disabled')
  if (classic.protocolType !== consumerProtocolType) {
    return cannot('the group does not use the consumer embedded protocol')
  }
  if (classic.members.size > sizeMax) {
    return cannot('the group size exceeds the consumer group maximum size')
  }
  for (const member of classic.members.values()) {
    const subscription = readSubscription(metadataFor(classic, member))
    const assignment = readAssignment(member.assignment)
    if (subscription === null || assignment === null) {
      return cannot('the embedded consumer protocol is malformed')
    }
    if ((assignment.userData?.length ?? 0) > 0) {
      return cannot(
        'an unsupported custom assignor is in use. Please refer to the documentation or switch to a ' +
          'default assignor before re-attempting the upgrade',
      )
    }
  }
  return null
}

/** Members that wait at a barrier are sent back to join again: they find the new group. */
export function upgrade(turn: Turn, classic: ClassicGroup): void {
  const { topics } = turn.world
  for (const member of classic.members.values()) {
    refuseSync(turn, member, 'REBALANCE_IN_PROGRESS')
    answerJoin(turn, member, refusedJoin('REBALANCE_IN_PROGRESS', member.id))
  }
  for (const timer of [joinTimer, syncTimer]) disarm(turn, timer)
  for (const id of classic.pendingMembers) disarm(turn, sessionTimer(id))
  const members = withRevocations(
    classic,
    [...classic.members.values()].map((each) => converted(classic, each, topics)),
    topics,
  )
  remember(turn, 'classicGroup', { group: classic.id }, null)
  if (members.length === 0) return
  for (const member of members) rememberMember(turn, member)
  // The target is the leader's, who may not have seen the topics as they are now: of those it knows nothing.
  rememberEpoch(turn, classic.generation, 0n)
  for (const { id, assigned } of members) rememberTarget(turn, id, setOf(assigned))
  rememberTargetEpoch(turn, classic.generation, 0)
  for (const member of members) {
    rememberCurrent(turn, member)
    arm(turn, sessionTimer(member.id), member.classic!.sessionTimeoutMs)
  }
  note(turn, { kind: 'rebalance-began', reason: 'the group moves to the consumer protocol' })
}

function converted(group: ClassicGroup, member: ClassicMember, topics: Topics): Member {
  const subscription = readSubscription(metadataFor(group, member))!
  return {
    ...newMember(member.id),
    instanceId: member.instanceId,
    rackId: subscription.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    topicNames: [...new Set(subscription.topics)].sort(),
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    classic: {
      sessionTimeoutMs: member.sessionTimeoutMs,
      supportedProtocols: member.protocols,
    },
    epoch: group.generation,
    previousEpoch: group.generation,
    assigned: partitionsOf(member, group.generation, topics),
  }
}

function partitionsOf(
  { assignment }: ClassicMember,
  epoch: number,
  topics: Topics,
): OwnedPartitions {
  const owned = new Map<string, Map<number, number>>()
  for (const { topic, partitions } of readAssignment(assignment)!.assignedPartitions) {
    const id = topics.byName(topic)?.id
    if (id !== undefined) owned.set(id, new Map(partitions.map((each) => [each, epoch])))
  }
  return owned
}

/**
 * A cooperative member may still hold what its last assignment took from it: it has said so when it joined, and has not
 * joined since. Nobody else gets that before it has given it back.
 */
function withRevocations(classic: ClassicGroup, members: Member[], topics: Topics): Member[] {
  const isAssigned = (topicId: string, partition: number) =>
    members.some(({ assigned }) => assigned.get(topicId)?.has(partition))
  return members.map((member) => {
    const { ownedPartitions } = readSubscription(
      metadataFor(classic, classic.members.get(member.id)!),
    )!
    const revoking = new Map<string, Map<number, number>>()
    for (const { topic, partitions } of ownedPartitions) {
      const id = topics.byName(topic)?.id
      if (id === undefined) continue
      const held = partitions.filter((each) => !isAssigned(id, each))
      if (held.length > 0) revoking.set(id, new Map(held.map((each) => [each, member.epoch])))
    }
    return revoking.size === 0 ? member : { ...member, state: 'UnrevokedPartitions', revoking }
  })
}

const metadataFor = (group: ClassicGroup, member: ClassicMember): Uint8Array =>
  metadataOf(member, group.protocolName ?? member.protocols[0]?.name ?? '')

function readAssignment(bytes: Uint8Array) {
  try {
    return decodeAssignment(bytes)
  } catch {
    return null
  }
}

const setOf = (owned: OwnedPartitions) =>
  new Map([...owned].map(([topicId, epochs]) => [topicId, new Set(epochs.keys())]))
