/** One round of the classic protocol: join, find the assignment if we lead, hand it in or receive it. */
import { joinGroup } from '../../protocol/apis/join-group.ts'
import { syncGroup } from '../../protocol/apis/sync-group.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../protocol/records/member-bytes.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Assignor, GroupMember, GroupTopics } from '../assignors/assignor.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import { byTopic, type TopicPartition } from '../topic-partition.ts'

export const protocolType = 'consumer'

export type Joining = {
  readonly groupId: string
  memberId: string
  readonly groupInstanceId: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly assignors: readonly Assignor[]
  readonly topics: readonly string[]
  readonly owned: readonly TopicPartition[]
  /** Of the last round in which this member was. */
  readonly generation: number
  readonly rack: string
  readonly reason: string
}

export type Joined = {
  readonly generation: number
  readonly assignor: Assignor
  readonly isLeader: boolean
  readonly assignment: TopicPartition[]
  /** What the leader went by; it has to rebalance when that changes. */
  readonly counts: ReadonlyMap<string, number>
}

/** More than the coordinator needs to end a round, so that it is never us who give up first. */
const marginMs = 5000

export async function joinOnce(
  cluster: Cluster,
  connection: Connection,
  joining: Joining,
): Promise<Joined> {
  const answer = await askToJoin(connection, joining)
  const assignor = joining.assignors.find(({ name }) => name === answer.protocolName)
  if (assignor === undefined) {
    throw new KafkaError(
      'INCONSISTENT_GROUP_PROTOCOL',
      `the group chose the assignor ${answer.protocolName}, which this member did not offer`,
    )
  }
  const isLeader = answer.leader === answer.memberId
  const topics = isLeader ? await topicsOf(cluster, answer.members) : null
  const assignments =
    topics === null || answer.skipAssignment ? [] : assignmentsOf(answer, assignor, topics)
  const assignment = await sync(connection, joining, answer, assignments)
  const counts = topics?.partitionCounts ?? new Map()
  return { generation: answer.generationId, assignor, isLeader, assignment, counts }
}

type JoinAnswer = ResponseOf<typeof joinGroup>

async function askToJoin(connection: Connection, joining: Joining): Promise<JoinAnswer> {
  for (;;) {
    const answer = await connection.call(
      joinGroup,
      {
        groupId: joining.groupId,
        sessionTimeoutMs: joining.sessionTimeoutMs,
        rebalanceTimeoutMs: joining.rebalanceTimeoutMs,
        memberId: joining.memberId,
        groupInstanceId: joining.groupInstanceId,
        protocolType,
        protocols: joining.assignors.map((assignor) => ({
          name: assignor.name,
          metadata: subscriptionFor(assignor, joining),
        })),
        reason: joining.reason,
      },
      { timeoutMs: joining.rebalanceTimeoutMs + marginMs },
    )
    // The first attempt only fetches an id (KIP-394).
    if (answer.errorCode !== code('MEMBER_ID_REQUIRED')) {
      ensureNone(answer.errorCode)
      joining.memberId = answer.memberId
      return answer
    }
    joining.memberId = answer.memberId
  }
}

function subscriptionFor(assignor: Assignor, joining: Joining): Uint8Array {
  const { topics, owned, generation, rack } = joining
  return encodeSubscription({
    topics,
    userData: assignor.userData?.(owned, generation) ?? null,
    ownedPartitions: assignor.isCooperative ? grouped(owned) : [],
    generationId: generation,
    rackId: rack === '' ? null : rack,
  })
}

/** What the members want, as far as it is there; asking may create it. */
async function topicsOf(cluster: Cluster, members: JoinAnswer['members']): Promise<GroupTopics> {
  const names = [...new Set(members.flatMap((each) => decodeSubscription(each.metadata).topics))]
  cluster.watch(names)
  await cluster.metadata(names)
  const partitionCounts = new Map<string, number>()
  const racks = new Map<string, string[][]>()
  for (const name of names) {
    const partitions = cluster.cache.topics.get(name)?.partitions ?? []
    if (partitions.length === 0) continue
    partitionCounts.set(name, partitions.length)
    racks.set(
      name,
      partitions.map(({ replicas }) =>
        replicas.flatMap((id) => cluster.cache.brokers.get(id)?.rack ?? []),
      ),
    )
  }
  return { partitionCounts, racks }
}

function assignmentsOf(answer: JoinAnswer, assignor: Assignor, topics: GroupTopics) {
  const members = answer.members.map(memberOf)
  return [...assignor.assign(topics, members)].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment({ assignedPartitions: grouped(partitions) }),
  }))
}

function memberOf(member: JoinAnswer['members'][number]): GroupMember {
  const subscription = decodeSubscription(member.metadata)
  return {
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    topics: subscription.topics,
    owned: flat(subscription.ownedPartitions),
    generation: subscription.generationId,
    userData: subscription.userData,
    rack: subscription.rackId,
  }
}

async function sync(
  connection: Connection,
  joining: Joining,
  { generationId, memberId, protocolName }: JoinAnswer,
  assignments: { memberId: string; assignment: Uint8Array }[],
): Promise<TopicPartition[]> {
  const answer = await connection.call(
    syncGroup,
    {
      groupId: joining.groupId,
      generationId,
      memberId,
      groupInstanceId: joining.groupInstanceId,
      protocolType,
      protocolName,
      assignments,
    },
    { timeoutMs: joining.rebalanceTimeoutMs + marginMs },
  )
  ensureNone(answer.errorCode)
  return flat(decodeAssignment(answer.assignment).assignedPartitions)
}

function grouped(partitions: readonly TopicPartition[]) {
  return [...byTopic(partitions)].map(([topic, list]) => ({
    topic,
    partitions: list.map(({ partition }) => partition),
  }))
}

function flat(topics: readonly { topic: string; partitions: readonly number[] }[]) {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )
}
