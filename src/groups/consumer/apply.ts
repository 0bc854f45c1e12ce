/** What the records of the consumer protocol mean. */
import { unreachable } from '../../base/assert.ts'
import type { GroupRecord } from '../records.ts'
import { ownedFrom, setFrom } from './partitions.ts'
import {
  type ConsumerGroup,
  type Member,
  type MemberState,
  memberStates,
  newMember,
  type OwnedPartitions,
} from './state.ts'

export type ConsumerRecord = Exclude<GroupRecord, { kind: 'offset' | 'classicGroup' }>

export function applyConsumer(group: ConsumerGroup, record: ConsumerRecord): void {
  switch (record.kind) {
    case 'groupEpoch':
      if (record.value === null) return
      group.epoch = record.value.epoch
      group.metadataHash = record.value.metadataHash
      return
    case 'partitionMetadata':
      // Of Kafka before 4.1; the hash of the topics says it since.
      return
    case 'member':
      return applyMember(group, record)
    case 'targetEpoch':
      if (record.value === null) return
      group.targetEpoch = record.value.assignmentEpoch
      group.targetSince = Number(record.value.assignmentTimestamp)
      return
    case 'target':
      if (record.value === null) group.targets.delete(record.key.memberId)
      else group.targets.set(record.key.memberId, setFrom(record.value.topicPartitions))
      return
    case 'current':
      return applyCurrent(group, record)
    case 'regex':
      if (record.value === null) group.regexes.delete(record.key.regularExpression)
      else group.regexes.set(record.key.regularExpression, record.value)
      return
    default:
      return unreachable(record)
  }
}

function applyMember(
  group: ConsumerGroup,
  { key, value }: Extract<ConsumerRecord, { kind: 'member' }>,
): void {
  const known = group.members.get(key.memberId)
  if (value === null) {
    if (known === undefined) return
    release(group, known)
    group.members.delete(known.id)
    if (known.instanceId !== null && group.staticMembers.get(known.instanceId) === known.id) {
      group.staticMembers.delete(known.instanceId)
    }
    return
  }
  const { instanceId, classicMemberMetadata: classic } = value
  if (instanceId !== null) group.staticMembers.set(instanceId, key.memberId)
  group.members.set(key.memberId, {
    ...(known ?? newMember(key.memberId)),
    instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    topicNames: value.subscribedTopicNames,
    regex: value.subscribedTopicRegex ?? '',
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      supportedProtocols: classic.supportedProtocols.map(({ name, metadata }) => ({
        name,
        metadata: new Uint8Array(metadata),
      })),
    },
  })
}

const stateByCode = new Map<number, MemberState>(
  (Object.keys(memberStates) as MemberState[]).map((state) => [memberStates[state], state]),
)

function applyCurrent(
  group: ConsumerGroup,
  { key, value }: Extract<ConsumerRecord, { kind: 'current' }>,
): void {
  const known = group.members.get(key.memberId)
  if (known !== undefined) release(group, known)
  if (value === null) {
    // Its other records follow; until then it is one that has just come.
    if (known !== undefined) {
      const { epoch, previousEpoch, state, assigned, revoking } = newMember(known.id)
      group.members.set(known.id, { ...known, epoch, previousEpoch, state, assigned, revoking })
    }
    return
  }
  const member: Member = {
    ...(known ?? newMember(key.memberId)),
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    // A state of a Kafka to come: the member has to start anew.
    state: stateByCode.get(value.state) ?? 'Unknown',
    assigned: ownedFrom(value.assignedPartitions, value.memberEpoch),
    revoking: ownedFrom(value.partitionsPendingRevocation, value.memberEpoch),
  }
  group.members.set(member.id, member)
  claim(group, member.id, member.assigned)
  claim(group, member.id, member.revoking)
}

function claim(group: ConsumerGroup, memberId: string, partitions: OwnedPartitions): void {
  for (const [topicId, epochs] of partitions) {
    let holders = group.holders.get(topicId)
    if (holders === undefined) {
      holders = new Map()
      group.holders.set(topicId, holders)
    }
    for (const partition of epochs.keys()) holders.set(partition, memberId)
  }
}

function release(group: ConsumerGroup, { id, assigned, revoking }: Member): void {
  for (const partitions of [assigned, revoking]) {
    for (const [topicId, epochs] of partitions) {
      const holders = group.holders.get(topicId)
      for (const partition of epochs.keys()) {
        // A compacted log may tell the end of one holder after the beginning of the next.
        if (holders?.get(partition) === id) holders.delete(partition)
      }
      if (holders?.size === 0) group.holders.delete(topicId)
    }
  }
}
