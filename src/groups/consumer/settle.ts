/** What a change of a member sets in motion: the group's epoch, the target assignment, and the member's next step to it. */
import { arm, disarm, type Turn } from '../turn.ts'
import type { PartitionSet } from './assign/assignor.ts'
import { reconcile } from './reconcile.ts'
import { rememberCurrent, rememberEpoch, rememberMember } from './remember.ts'
import { type ConsumerGroup, isHeld, type Member } from './state.ts'
import { metadataHash, refreshRegexes, topicIdsOf, updateRegexes } from './subscriptions.ts'
import { assign, mayAssign } from './target.ts'
import { revokeTimer } from './timers.ts'

export interface Change {
  /** As the group knows it; for a newcomer, one without anything. */
  readonly before: Member
  /** As it is to be, in what the member itself says. */
  readonly after: Member
  readonly reported: PartitionSet | null
  /** No new assignment: the group is about to become one of the classic protocol. */
  readonly keepsTarget?: boolean
}

/** The member as it then stands. */
export function settle(turn: Turn, change: Change): Member {
  const { before, after, reported, keepsTarget = false } = change
  if (!turn.group.consumer?.members.has(after.id) || !sameMetadata(before, after)) {
    rememberMember(turn, after)
  }
  // With its first member's record the group exists.
  const group = turn.group.consumer!
  const namesChanged = !sameNames(before.topicNames, after.topicNames)
  const subscriptionChanged = namesChanged || before.regex !== after.regex
  const regexChanged = before.regex !== after.regex && updateRegexes(turn, group, after)
  updateEpoch(turn, group, subscriptionChanged || regexChanged)
  if (!keepsTarget && mayAssign(turn, group)) assign(turn, group)
  return step(turn, group, { id: after.id, reported, subscriptionChanged })
}

/** The epoch is raised when somebody's wishes changed, or the topics themselves. */
function updateEpoch(turn: Turn, group: ConsumerGroup, changed: boolean): void {
  const { topics } = turn.world
  let raise = changed
  const topicsChanged = topics.version !== group.seenTopicsVersion
  if (topicsChanged && refreshRegexes(turn, group)) raise = true
  if (!raise && !topicsChanged) return
  group.seenTopicsVersion = topics.version
  const hash = metadataHash(group, topics)
  if (raise || hash !== group.metadataHash) rememberEpoch(turn, group.epoch + 1, hash)
}

interface Step {
  readonly id: string
  readonly reported: PartitionSet | null
  readonly subscriptionChanged: boolean
}

function step(turn: Turn, group: ConsumerGroup, { id, reported, subscriptionChanged }: Step) {
  const member = group.members.get(id)!
  const next = reconcile(member, {
    target: group.targets.get(id) ?? new Map(),
    targetEpoch: group.targetEpoch,
    reported,
    wants: topicIdsOf(group, member, turn.world.topics),
    subscriptionChanged,
    isHeld: (topicId, partition) => isHeld(group, topicId, partition),
  })
  if (next === member) return member
  rememberCurrent(turn, next)
  if (next.classic === null) armRevocation(turn, next)
  return group.members.get(id)!
}

/** A member that does not give back in time is taken for dead: the others wait for its partitions. */
export function armRevocation(turn: Turn, { id, state, rebalanceTimeoutMs }: Member): void {
  if (state === 'UnrevokedPartitions') arm(turn, revokeTimer(id), rebalanceTimeoutMs)
  else disarm(turn, revokeTimer(id))
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index])

function sameMetadata(a: Member, b: Member): boolean {
  return (
    a.instanceId === b.instanceId &&
    a.rackId === b.rackId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    a.regex === b.regex &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    a.serverAssignor === b.serverAssignor &&
    sameNames(a.topicNames, b.topicNames) &&
    sameClassic(a, b)
  )
}

function sameClassic({ classic: a }: Member, { classic: b }: Member): boolean {
  if (a === null || b === null) return a === b
  return (
    a.sessionTimeoutMs === b.sessionTimeoutMs &&
    a.supportedProtocols.length === b.supportedProtocols.length &&
    a.supportedProtocols.every(({ name, metadata }, index) => {
      const other = b.supportedProtocols[index]!
      return name === other.name && Buffer.compare(metadata, other.metadata) === 0
    })
  )
}
