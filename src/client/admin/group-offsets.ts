/** Committed offsets of groups, and groups as a whole. */
import { deleteGroups as deleteGroupsApi } from '../../protocol/apis/delete-groups.ts'
import { offsetCommit } from '../../protocol/apis/offset-commit.ts'
import { offsetDelete } from '../../protocol/apis/offset-delete.ts'
import type { Cluster } from '../cluster.ts'
import { type CommittedOffset, fetchCommitted } from '../committed.ts'
import { done, errorOf, failed, type Result, resultOf } from '../result.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
import { settleAtCoordinators } from './coordinated.ts'
import type { TimeoutOption } from './topics.ts'

export type GroupOffset = TopicPartition & { result: Result<CommittedOffset> }

/**
 * What the groups have committed: of the partitions given with the group, or of all (null). A partition without a commit
 * is left out where all were asked for, and has the offset −1 where it was named.
 */
export async function groupOffsets(
  cluster: Cluster,
  groups: ReadonlyMap<string, readonly TopicPartition[] | null>,
  { timeoutMs, requireStable = false }: TimeoutOption & { requireStable?: boolean } = {},
): Promise<Map<string, Result<GroupOffset[]>>> {
  const wanted = {
    callName: 'listConsumerGroupOffsets',
    api: 'OFFSET_FETCH',
    timeoutMs,
    again: ['UNSTABLE_OFFSET_COMMIT'] as const,
  }
  return settleAtCoordinators(cluster, wanted, groups.keys(), ({ connection, groupIds }) =>
    fetchCommitted(
      connection,
      groupIds.map((groupId) => ({ groupId, partitions: groups.get(groupId)! })),
      { requireStable },
    ),
  )
}

export type OffsetToCommit = TopicPartition & {
  readonly offset: bigint
  readonly leaderEpoch?: number | null
  readonly metadata?: string
}

/** Commits for a group without members; each partition has a result of its own. */
export async function alterGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly OffsetToCommit[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Result<Map<OffsetToCommit, Result<null>>>> {
  const wanted = { callName: 'alterConsumerGroupOffsets', api: 'OFFSET_COMMIT', timeoutMs }
  const results = await settleAtCoordinators(cluster, wanted, [groupId], async ({ connection }) => {
    const answer = await connection.call(
      offsetCommit,
      {
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [...byTopic(offsets)].map(([name, list]) => ({
          name,
          partitions: list.map(({ partition, offset, leaderEpoch, metadata }) => ({
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: leaderEpoch ?? -1,
            committedMetadata: metadata ?? '',
          })),
        })),
      },
      { highest: topicNamesMax },
    )
    return new Map([[groupId, perPartition(offsets, answer.topics)]])
  })
  return results.get(groupId)!
}

/** From version 10 on topics go by id; names are what a caller has, and work everywhere. */
const topicNamesMax = 9

export async function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Result<Map<TopicPartition, Result<null>>>> {
  const wanted = { callName: 'deleteConsumerGroupOffsets', api: 'OFFSET_DELETE', timeoutMs }
  const results = await settleAtCoordinators(cluster, wanted, [groupId], async ({ connection }) => {
    const answer = await connection.call(offsetDelete, {
      groupId,
      topics: [...byTopic(partitions)].map(([name, list]) => ({
        name,
        partitions: list.map(({ partition }) => ({ partitionIndex: partition })),
      })),
    })
    const whole = resultOf(answer.errorCode, null, () => null)
    return new Map([[groupId, whole.ok ? perPartition(partitions, answer.topics) : whole]])
  })
  return results.get(groupId)!
}

type PerPartition = {
  name: string
  partitions: readonly { partitionIndex: number; errorCode: number }[]
}[]

/** An error that only says "ask again" counts for the group as a whole. */
function perPartition<P extends TopicPartition>(
  asked: readonly P[],
  topics: PerPartition,
): Result<Map<P, Result<null>>> {
  const codes = new Map<string, number>()
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      const error = errorOf(errorCode)
      if (error.error !== 'NONE' && coordinatorIsGone.includes(error.error)) return failed(error)
      codes.set(partitionKey(name, partitionIndex), errorCode)
    }
  }
  return done(
    new Map(
      asked.map((each) => {
        const errorCode = codes.get(partitionKey(each.topic, each.partition)) ?? -1
        return [each, resultOf(errorCode, null, () => null)]
      }),
    ),
  )
}

const coordinatorIsGone: readonly string[] = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]

export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, Result<null>>> {
  const wanted = { callName: 'deleteConsumerGroups', api: 'DELETE_GROUPS', timeoutMs }
  return settleAtCoordinators(cluster, wanted, groupIds, async ({ connection, groupIds: some }) => {
    const answer = await connection.call(deleteGroupsApi, { groupsNames: some })
    return new Map(
      answer.results.map((each) => [each.groupId, resultOf(each.errorCode, null, () => null)]),
    )
  })
}
