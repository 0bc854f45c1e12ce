/** Reading committed offsets, for admin and consumer alike: since version 8 of several groups in one question (KIP-709). */
import { offsetFetch } from '../protocol/apis/offset-fetch.ts'
import type { ResponseOf } from '../protocol/schema.ts'
import type { Connection } from '../wire/connection.ts'
import { type Result, resultOf } from './result.ts'
import { byTopic, type TopicPartition } from './topic-partition.ts'

export type CommittedOffset = {
  /** −1 where nothing is committed. */
  offset: bigint
  leaderEpoch: number | null
  metadata: string
}

export type WantedGroup = {
  groupId: string
  /** Null: all that the group has committed. */
  partitions: readonly TopicPartition[] | null
  memberId?: string | null
  memberEpoch?: number
}

export type CommittedPartition = TopicPartition & { result: Result<CommittedOffset> }

/** From version 10 on topics go by id; names are what a caller has, and work everywhere. */
const topicNamesMax = 9

export async function fetchCommitted(
  connection: Connection,
  groups: readonly WantedGroup[],
  { requireStable }: { requireStable: boolean },
): Promise<Map<string, Result<CommittedPartition[]>>> {
  const version = connection.version(offsetFetch, { highest: topicNamesMax }) ?? 0
  if (version < 8) {
    const results = new Map<string, Result<CommittedPartition[]>>()
    for (const group of groups) {
      results.set(group.groupId, await fetchOne(connection, group, { version, requireStable }))
    }
    return results
  }
  const answer = await connection.call(
    offsetFetch,
    {
      groups: groups.map(({ groupId, partitions, memberId = null, memberEpoch = -1 }) => ({
        groupId,
        memberId,
        memberEpoch,
        topics: topicsOf(partitions),
      })),
      requireStable,
    },
    { version },
  )
  return new Map(
    answer.groups.map((group) => [
      group.groupId,
      resultOf(group.errorCode, null, () => partitionsOf(group.topics)),
    ]),
  )
}

async function fetchOne(
  connection: Connection,
  { groupId, partitions }: WantedGroup,
  { version, requireStable }: { version: number; requireStable: boolean },
): Promise<Result<CommittedPartition[]>> {
  const answer = await connection.call(
    offsetFetch,
    { groupId, topics: topicsOf(partitions), ...(version >= 7 ? { requireStable } : {}) },
    { version },
  )
  return resultOf(answer.errorCode, null, () => partitionsOf(answer.topics))
}

function topicsOf(partitions: readonly TopicPartition[] | null) {
  if (partitions === null) return null
  return [...byTopic(partitions)].map(([name, list]) => ({
    name,
    partitionIndexes: list.map(({ partition }) => partition),
  }))
}

type AnsweredTopic =
  | ResponseOf<typeof offsetFetch>['topics'][number]
  | ResponseOf<typeof offsetFetch>['groups'][number]['topics'][number]

function partitionsOf(topics: readonly AnsweredTopic[]): CommittedPartition[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map((each) => ({
      topic: name,
      partition: each.partitionIndex,
      result: resultOf(each.errorCode, null, () => ({
        offset: each.committedOffset,
        leaderEpoch: each.committedLeaderEpoch < 0 ? null : each.committedLeaderEpoch,
        metadata: each.metadata ?? '',
      })),
    })),
  )
}
