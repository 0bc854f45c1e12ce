/** When the last member of the consumer protocol goes, those that are left are a group of the classic protocol again. */

import { encodeAssignment } from '../../../protocol/records/member-bytes.ts'
import { selectProtocol, subscribedTopics } from '../../classic/protocols.ts'
import { prepareRebalance } from '../../classic/rebalance.ts'
import { rememberGroup } from '../../classic/remember.ts'
import { addMember, type ClassicGroup, newClassicGroup } from '../../classic/state.ts'
import { arm, disarm, type Turn } from '../../turn.ts'
import type { Topics } from '../../world.ts'
import type { PartitionSet } from '../assign/assignor.ts'
import { listOf } from '../partitions.ts'
import { forgetGroup } from '../remember.ts'
import type { ConsumerGroup, Member } from '../state.ts'
import { sessionTimer, timersOf } from '../timers.ts'

/** Will only members of the classic protocol be left, and may they be a classic group? */
export function completelyGone(
  { world }: Turn,
  group: ConsumerGroup,
  leaving: readonly Member[],
): boolean {
  const { groupConsumerMigrationPolicy: policy, groupMaxSize } = world.config
  if (policy !== 'downgrade' && policy !== 'bidirectional') return false
  const left = without(group, leaving)
  return left.length > 0 && left.length <= groupMaxSize && left.every((each) => each.classic)
}

export function downgradeWithout(
  turn: Turn,
  group: ConsumerGroup,
  leaving: readonly Member[],
): void {
  const classic = downgrade(turn, group, leaving)
  prepareRebalance(turn, classic, 'the group moves to the classic protocol')
}

export function downgrade(
  turn: Turn,
  group: ConsumerGroup,
  leaving: readonly Member[],
): ClassicGroup {
  const members = without(group, leaving)
  const assignments = new Map(
    members.map(({ id }) => [id, bytesOf(group.targets.get(id) ?? new Map(), turn.world.topics)]),
  )
  const classic = classicGroup(turn, group, members)
  forgetGroup(turn, group)
  turn.group.classic = classic
  rememberGroup(turn, classic, assignments)
  for (const { id, classic: support } of members) {
    for (const timer of timersOf(id)) disarm(turn, timer)
    arm(turn, sessionTimer(id), support!.sessionTimeoutMs)
  }
  return classic
}

function classicGroup(turn: Turn, group: ConsumerGroup, members: readonly Member[]): ClassicGroup {
  const classic = newClassicGroup(group.id)
  for (const member of members) {
    addMember(classic, {
      id: member.id,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.classic!.sessionTimeoutMs,
      protocols: member.classic!.supportedProtocols,
      assignment: new Uint8Array(0),
      joinAsk: null,
      syncAsk: null,
      isNew: false,
    })
  }
  classic.generation = group.epoch
  classic.protocolType = 'consumer'
  classic.protocolName = selectProtocol(classic.members.values())
  classic.subscribedTopics = subscribedTopics(classic)
  classic.phaseSince = turn.world.now
  return classic
}

function bytesOf(target: PartitionSet, topics: Topics): Uint8Array {
  const assignedPartitions = listOf(target).flatMap(({ topicId, partitions }) => {
    const topic = topics.byId(topicId)
    return topic === undefined ? [] : [{ topic: topic.name, partitions }]
  })
  return encodeAssignment({ assignedPartitions, userData: null })
}

function without(group: ConsumerGroup, leaving: readonly Member[]): Member[] {
  const gone = new Set(leaving.map(({ id }) => id))
  return [...group.members.values()].filter(({ id }) => !gone.has(id))
}
