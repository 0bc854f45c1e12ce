/** Is this heartbeat one that may be answered? In Kafka's order and words. */
import { re2 } from '../../base/re2.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import type { ConsumerHeartbeatEvent } from '../events.ts'
import type { CoordinatorConfig } from '../world.ts'
import { isSubset } from './partitions.ts'
import { awayEpoch, type ConsumerGroup, joinEpoch, leaveEpoch, type Member } from './state.ts'
import { assignors } from './target.ts'

export interface Fault {
  readonly error: ErrorName
  readonly message: string
}

export const fault = (error: ErrorName, message: string): Fault => ({ error, message })
const invalid = (message: string): Fault => fault('INVALID_REQUEST', message)

// From here on clients make their ids themselves (KIP-1082).
const ownIdVersion = 1

export function requestFault(
  groupId: string,
  event: ConsumerHeartbeatEvent,
  config: CoordinatorConfig,
): Fault | null {
  const { memberEpoch, memberId, instanceId, serverAssignor } = event
  if (config.consumerProtocolDisabled) {
    return fault('UNSUPPORTED_VERSION', 'The consumer group protocol is not enabled.')
  }
  if (groupId.trim() === '') return invalid("GroupId can't be empty.")
  if (instanceId?.trim() === '') return invalid("InstanceId can't be empty.")
  if (event.rackId?.trim() === '') return invalid("RackId can't be empty.")
  const needsId = memberEpoch > joinEpoch || memberEpoch === leaveEpoch
  if ((needsId || event.apiVersion >= ownIdVersion) && memberId.trim() === '') {
    return invalid("MemberId can't be empty.")
  }
  if (memberEpoch === joinEpoch) {
    const joining = joiningFault(event)
    if (joining !== null) return joining
  } else if (memberEpoch === awayEpoch) {
    if (memberId.trim() === '') return invalid("MemberId can't be empty.")
    if (instanceId === null) return invalid("InstanceId can't be null.")
  } else if (memberEpoch < awayEpoch) {
    return invalid('MemberEpoch is invalid.')
  }
  if (serverAssignor !== null && !isSupported(serverAssignor, config)) {
    const supported = config.groupConsumerAssignors.join(', ')
    const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${supported}.`
    return fault('UNSUPPORTED_ASSIGNOR', message)
  }
  return regexFault(event.regex)
}

function joiningFault({
  rebalanceTimeoutMs,
  reported,
  topicNames,
  regex,
}: ConsumerHeartbeatEvent): Fault | null {
  if (rebalanceTimeoutMs === -1) {
    return invalid('RebalanceTimeoutMs must be provided in first request.')
  }
  if (reported === null || reported.size > 0) {
    return invalid('TopicPartitions must be empty when (re-)joining.')
  }
  // An empty list or expression is one: a member that reads nothing yet.
  if (topicNames === null && regex === null) {
    return invalid(
      'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
    )
  }
  return null
}

const isSupported = (name: string, { groupConsumerAssignors }: CoordinatorConfig): boolean =>
  assignors[name] !== undefined && groupConsumerAssignors.includes(name)

function regexFault(regex: string | null): Fault | null {
  if (regex === null || regex === '') return null
  const pattern = re2(regex)
  if (!('fault' in pattern)) return null
  return fault(
    'INVALID_REGULAR_EXPRESSION',
    `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${pattern.fault}.`,
  )
}

/** Whoever is not yet a member must find room. */
export function fullFault(
  group: ConsumerGroup,
  { memberId, instanceId }: { memberId: string; instanceId: string | null },
  sizeMax: number,
): Fault | null {
  const isKnown =
    group.members.has(memberId) || (instanceId !== null && group.staticMembers.has(instanceId))
  if (isKnown || group.members.size < sizeMax) return null
  return fault(
    'GROUP_MAX_SIZE_REACHED',
    `The consumer group has reached its maximum capacity of ${sizeMax} members.`,
  )
}

export const unknownMember = (memberId: string, groupId: string): Fault =>
  fault('UNKNOWN_MEMBER_ID', `Member ${memberId} is not a member of group ${groupId}.`)

/** KIP-345 for members that are not joining: the instance must be theirs. */
export function instanceFault(
  group: ConsumerGroup,
  { memberId, instanceId }: { memberId: string; instanceId: string },
): Fault | null {
  const owner = group.staticMembers.get(instanceId)
  if (owner === undefined) {
    return fault('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`)
  }
  if (owner === memberId) return null
  return fault(
    'FENCED_INSTANCE_ID',
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${owner}.`,
  )
}

/** Who was away and says so may be replaced; who may still be reading may not. */
export function unreleasedFault(memberId: string, known: Member): Fault | null {
  if (known.epoch === awayEpoch || known.id === memberId) return null
  return fault(
    'UNRELEASED_INSTANCE_ID',
    `Static member ${memberId} with instance id ${known.instanceId} cannot join the group because ` +
      `the instance id is owned by ${known.id} member.`,
  )
}

export function epochFault(
  member: Member,
  { memberEpoch, reported }: Pick<ConsumerHeartbeatEvent, 'memberEpoch' | 'reported'>,
): Fault | null {
  // A fenced member that begins anew under its old id.
  if (memberEpoch === joinEpoch || memberEpoch === member.epoch) return null
  if (memberEpoch > member.epoch) return fenced('greater', memberEpoch, member.epoch)
  // The answer that raised its epoch may have been lost.
  const mayBeLate =
    memberEpoch === member.previousEpoch && reported !== null && isSubset(reported, member.assigned)
  return mayBeLate ? null : fenced('smaller', memberEpoch, member.epoch)
}

function fenced(how: 'greater' | 'smaller', received: number, known: number): Fault {
  return fault(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${how} member epoch (${received}) than the one known by ` +
      `the group coordinator (${known}). The member must abandon all its partitions and rejoin.`,
  )
}
