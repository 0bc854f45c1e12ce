/** The records of the consumer protocol, as Kafka writes them. */
import { remember, type Turn } from '../turn.ts'
import type { PartitionSet } from './assign/assignor.ts'
import { listOf, ownedList } from './partitions.ts'
import { type ConsumerGroup, type Member, memberStates, type ResolvedRegex } from './state.ts'

export function rememberMember(turn: Turn, member: Member): void {
  remember(
    turn,
    'member',
    { groupId: turn.group.id, memberId: member.id },
    {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.topicNames].sort(),
      subscribedTopicRegex: member.regex,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.serverAssignor,
      classicMemberMetadata: member.classic && {
        sessionTimeoutMs: member.classic.sessionTimeoutMs,
        supportedProtocols: [...member.classic.supportedProtocols],
      },
    },
  )
}

export function rememberCurrent(turn: Turn, member: Member): void {
  remember(
    turn,
    'current',
    { groupId: turn.group.id, memberId: member.id },
    {
      memberEpoch: member.epoch,
      previousMemberEpoch: member.previousEpoch,
      state: memberStates[member.state],
      assignedPartitions: ownedList(member.assigned),
      partitionsPendingRevocation: ownedList(member.revoking),
    },
  )
}

export function rememberEpoch(turn: Turn, epoch: number, metadataHash: bigint): void {
  remember(turn, 'groupEpoch', { groupId: turn.group.id }, { epoch, metadataHash })
}

export function rememberTarget(turn: Turn, memberId: string, target: PartitionSet): void {
  const topicPartitions = listOf(target)
  remember(turn, 'target', { groupId: turn.group.id, memberId }, { topicPartitions })
}

export function rememberTargetEpoch(turn: Turn, assignmentEpoch: number, at: number): void {
  const value = { assignmentEpoch, assignmentTimestamp: BigInt(at) }
  remember(turn, 'targetEpoch', { groupId: turn.group.id }, value)
}

export function rememberRegex(turn: Turn, regex: string, resolved: ResolvedRegex | null): void {
  const key = { groupId: turn.group.id, regularExpression: regex }
  remember(turn, 'regex', key, resolved && { ...resolved, topics: [...resolved.topics] })
}

/** In this order: a replay that ends in between finds a member with less, never partitions without a member. */
export function forgetMember(turn: Turn, memberId: string): void {
  const key = { groupId: turn.group.id, memberId }
  remember(turn, 'current', key, null)
  remember(turn, 'target', key, null)
  remember(turn, 'member', key, null)
}

export function forgetGroup(turn: Turn, group: ConsumerGroup): void {
  const groupId = group.id
  const memberIds = [...group.members.keys()]
  for (const memberId of memberIds) remember(turn, 'current', { groupId, memberId }, null)
  for (const memberId of memberIds) remember(turn, 'target', { groupId, memberId }, null)
  remember(turn, 'targetEpoch', { groupId }, null)
  for (const memberId of memberIds) remember(turn, 'member', { groupId, memberId }, null)
  for (const regex of [...group.regexes.keys()]) rememberRegex(turn, regex, null)
  // A Kafka before 4.1 may have written one.
  remember(turn, 'partitionMetadata', { groupId }, null)
  remember(turn, 'groupEpoch', { groupId }, null)
}
