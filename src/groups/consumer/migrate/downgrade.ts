/** When the last member of the consumer protocol goes, those that are left are a group of the classic protocol again. */

import { selectProtocol } from '../../classic/protocols.ts'
import { prepareRebalance } from '../../classic/rebalance.ts'
import { rememberGroup } from '../../classic/remember.ts'
import { addMember, type ClassicGroup, newClassicGroup } from '../../classic/state.ts'
import { arm, disarm, type Turn } from '../../turn.ts'
import { isSubset } from '../partitions.ts'
import { forgetGroup } from '../remember.ts'
import type { ConsumerGroup, Member } from '../state.ts'
import { sessionTimer, timersOf } from '../timers.ts'
import { assignmentBytes } from './assignment-bytes.ts'

/** Will only members of the classic protocol be left, and may they be a classic group? */
export function completelyGone(
  turn: Turn,
  group: ConsumerGroup,
  leaving: readonly Member[],
): boolean {
  const left = without(group, leaving)
  return left.length > 0 && left.every((each) => each.classic) && isAllowed(turn, left.length)
}

/** A member of the classic protocol takes the place of this one: do only such members remain, it among them? */
export function completelyReplaced(turn: Turn, group: ConsumerGroup, former: Member): boolean {
  const others = without(group, [former])
  return others.every((each) => each.classic) && isAllowed(turn, group.members.size)
}

function isAllowed({ world }: Turn, size: number): boolean {
  const { groupConsumerMigrationPolicy: policy, groupMaxSize } = world.config
  return (policy === 'downgrade' || policy === 'bidirectional') && size <= groupMaxSize
}

export function downgradeWithout(
  turn: Turn,
  group: ConsumerGroup,
  leaving: readonly Member[],
): void {
  const classic = downgrade(turn, group, { leaving, generation: group.epoch, isAssigned: false })
  prepareRebalance(turn, classic, 'the group moves to the classic protocol')
}

/**
 * A member of the classic protocol has taken the place of the last other one. Where the target fits, it is the assignment;
 * else all are told to join again, in the generation that they know. So they are, unlike with Kafka, where somebody still waits for
 * a partition of the target: it would never hear of it.
 */
export function downgradeReplaced(turn: Turn, group: ConsumerGroup, generation: number): void {
  const fits = group.targetEpoch === group.epoch && hasArrived(group)
  const classic = downgrade(turn, group, { leaving: [], generation, isAssigned: fits })
  if (fits) return
  prepareRebalance(turn, classic, 'the group moves to the classic protocol with an old assignment')
}

/** Has everybody all that it is to have, and nothing that it is to give back? */
const hasArrived = ({ members, targets }: ConsumerGroup): boolean =>
  [...members.values()].every(({ id, state, assigned }) => {
    const target = targets.get(id) ?? new Map()
    return state === 'Stable' && isSubset(target, assigned) && isSubset(assigned, target)
  })

function downgrade(
  turn: Turn,
  group: ConsumerGroup,
  {
    leaving,
    generation,
    isAssigned,
  }: { leaving: readonly Member[]; generation: number; isAssigned: boolean },
): ClassicGroup {
  const members = without(group, leaving)
  const assignments = new Map(
    members.map(({ id, classic }) => {
      const target = group.targets.get(id) ?? new Map()
      return [id, assignmentBytes(target, classic!, turn.world.topics)]
    }),
  )
  const classic = classicGroup(turn, members)
  classic.generation = generation
  forgetGroup(turn, group)
  turn.group.classic = classic
  const { leader } = classic
  // Without a leader nobody has assigned it so: whoever reads that lets all join again, for the rebalance that follows may not be
  // over before another one coordinates the group.
  if (!isAssigned) classic.leader = null
  rememberGroup(turn, classic, assignments)
  classic.leader = leader
  for (const { id, classic: support } of members) {
    for (const timer of timersOf(id)) disarm(turn, timer)
    arm(turn, sessionTimer(id), support!.sessionTimeoutMs)
  }
  return classic
}

function classicGroup(turn: Turn, members: readonly Member[]): ClassicGroup {
  const classic = newClassicGroup(turn.group.id)
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
  classic.protocolType = 'consumer'
  classic.protocolName = selectProtocol(classic.members.values())
  classic.phaseSince = turn.world.now
  return classic
}

function without(group: ConsumerGroup, leaving: readonly Member[]): Member[] {
  const gone = new Set(leaving.map(({ id }) => id))
  return [...group.members.values()].filter(({ id }) => !gone.has(id))
}
