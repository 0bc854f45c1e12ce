/** Consumer groups of both protocols, described in the same terms. */
import { consumerGroupDescribe } from '../../protocol/apis/consumer-group-describe.ts'
import { describeGroups as describeGroupsApi } from '../../protocol/apis/describe-groups.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { decodeAssignment, decodeSubscription } from '../../protocol/records/member-bytes.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Cluster } from '../cluster.ts'
import type { BrokerMetadata } from '../metadata-cache.ts'
import { done, failed, type Result, resultOf } from '../result.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { type AtCoordinator, settleAtCoordinators } from './coordinated.ts'
import type { TimeoutOption } from './topics.ts'

export type MemberDescription = {
  memberId: string
  instanceId: string | null
  clientId: string
  /** As the broker tells it, usually with a `/` before it. */
  host: string
  subscribedTopics: string[] | null
  assignment: TopicPartition[]
  /** The rest is null for members of classic groups. */
  targetAssignment: TopicPartition[] | null
  memberEpoch: number | null
  /** True for one that speaks the new protocol, false for a classic one in a consumer group. */
  upgraded: boolean | null
}

export type GroupDescription = {
  groupId: string
  type: 'classic' | 'consumer'
  state: string
  protocolType: string
  /** The assignor; empty where none was chosen. */
  assignor: string
  coordinator: BrokerMetadata
  members: MemberDescription[]
  groupEpoch: number | null
  targetAssignmentEpoch: number | null
}

/**
 * Asks by the new protocol first; a group that is none of it, or a broker without it, is asked by the classic one. A group
 * that is not there is GROUP_ID_NOT_FOUND or, from a broker older than 4.0, a group in state `Dead`.
 */
export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, Result<GroupDescription>>> {
  const wanted = {
    callName: 'describeConsumerGroups',
    api: 'CONSUMER_GROUP_DESCRIBE',
    timeoutMs,
  }
  return settleAtCoordinators(cluster, wanted, groupIds, async (at) => {
    const results = await describeNew(at)
    const rest = at.groupIds.filter((groupId) => isForClassic(results.get(groupId)))
    if (rest.length === 0) return results
    wanted.api = 'DESCRIBE_GROUPS'
    const classic = await describeClassic({ ...at, groupIds: rest })
    // Of a group that is of neither kind the first answer counts.
    const told = [...classic].filter(
      ([id, result]) => !(isMissing(result) && isMissing(results.get(id))),
    )
    return new Map([...results, ...told])
  })
}

function isForClassic(result: Result<GroupDescription> | undefined): boolean {
  if (result === undefined) return true
  if (result.ok) return false
  return result.error.error === 'GROUP_ID_NOT_FOUND' || result.error.error === 'UNSUPPORTED_VERSION'
}

const isMissing = (result: Result<GroupDescription> | undefined) =>
  result?.ok === false && result.error.error === 'GROUP_ID_NOT_FOUND'

async function describeNew({
  connection,
  coordinator,
  groupIds,
}: AtCoordinator): Promise<Map<string, Result<GroupDescription>>> {
  if (connection.version(consumerGroupDescribe) === null) return new Map()
  const answer = await connection.call(consumerGroupDescribe, {
    groupIds,
    includeAuthorizedOperations: false,
  })
  return new Map(
    answer.groups.map((group) => [
      group.groupId,
      resultOf(group.errorCode, group.errorMessage, () => ({
        groupId: group.groupId,
        type: 'consumer' as const,
        state: group.groupState,
        protocolType: 'consumer',
        assignor: group.assignorName,
        coordinator,
        members: group.members.map((member) => ({
          memberId: member.memberId,
          instanceId: member.instanceId,
          clientId: member.clientId,
          host: member.clientHost,
          subscribedTopics: member.subscribedTopicNames,
          assignment: partitionsOf(member.assignment),
          targetAssignment: partitionsOf(member.targetAssignment),
          memberEpoch: member.memberEpoch,
          upgraded: member.memberType === -1 ? null : member.memberType === 1,
        })),
        groupEpoch: group.groupEpoch,
        targetAssignmentEpoch: group.assignmentEpoch,
      })),
    ]),
  )
}

function partitionsOf(assignment: {
  topicPartitions: readonly { topicName: string; partitions: readonly number[] }[]
}): TopicPartition[] {
  return assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  )
}

async function describeClassic({
  connection,
  coordinator,
  groupIds,
}: AtCoordinator): Promise<Map<string, Result<GroupDescription>>> {
  const answer = await connection.call(describeGroupsApi, { groups: groupIds })
  return new Map(answer.groups.map((group) => [group.groupId, described(group, coordinator)]))
}

type ClassicGroup = ResponseOf<typeof describeGroupsApi>['groups'][number]

const consumerProtocolType = 'consumer'

function described(group: ClassicGroup, coordinator: BrokerMetadata): Result<GroupDescription> {
  const result = resultOf(group.errorCode, group.errorMessage, () => null)
  if (!result.ok) return result
  const { groupId, protocolType } = group
  if (protocolType !== consumerProtocolType && protocolType !== '') {
    const message = `GroupId ${groupId} is not a consumer group (${protocolType}).`
    return failed(new KafkaError('INVALID_REQUEST', message))
  }
  return done({
    groupId,
    type: 'classic',
    state: group.groupState,
    protocolType,
    assignor: group.protocolData,
    coordinator,
    members: group.members.map(classicMember),
    groupEpoch: null,
    targetAssignmentEpoch: null,
  })
}

function classicMember(member: ClassicGroup['members'][number]): MemberDescription {
  const { assignedPartitions } = decodeAssignment(member.memberAssignment)
  return {
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
    clientId: member.clientId,
    host: member.clientHost,
    subscribedTopics:
      member.memberMetadata.length === 0 ? null : decodeSubscription(member.memberMetadata).topics,
    assignment: assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    ),
    targetAssignment: null,
    memberEpoch: null,
    upgraded: null,
  }
}
