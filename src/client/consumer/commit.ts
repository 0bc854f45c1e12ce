/** Committing offsets as a member of a group, or as nobody. */
import { offsetCommit } from '../../protocol/apis/offset-commit.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { errorOf } from '../result.ts'
import { byTopic, type TopicPartition } from '../topic-partition.ts'
import type { CoordinatorLink } from './coordinator-link.ts'

export type OffsetCommit = TopicPartition & {
  readonly offset: bigint
  readonly leaderEpoch: number | null
  readonly metadata?: string
}

/** What a coordinator knows a committer by. Generation −1 with an empty member is one outside the group. */
export type CommitIdentity = {
  readonly groupId: string
  readonly memberId: string
  readonly generation: number
  readonly groupInstanceId: string | null
}

/** From version 10 on topics go by id; names are what is at hand, and work everywhere. */
const topicNamesMax = 9

const worthAsking: readonly ErrorName[] = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'REQUEST_TIMED_OUT',
  // The member has been given another epoch meanwhile; `identity` will tell it.
  'STALE_MEMBER_EPOCH',
]

/** Until it is done or the time is over. Throws the first error that a partition has. */
export function commitOffsets(
  cluster: Cluster,
  link: CoordinatorLink,
  offsets: readonly OffsetCommit[],
  { identity, timeoutMs }: { identity: () => CommitIdentity; timeoutMs: number },
): Promise<void> {
  if (offsets.length === 0) return Promise.resolve()
  return cluster.retrying({ callName: 'commitOffsets', timeoutMs }, async (attempt) => {
    try {
      const connection = await link.connection()
      attempt.reached = true
      const { groupId, memberId, generation, groupInstanceId } = identity()
      const answer = await connection.call(
        offsetCommit,
        {
          groupId,
          memberId,
          generationIdOrMemberEpoch: generation,
          groupInstanceId,
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
      for (const { partitions } of answer.topics) {
        for (const { errorCode } of partitions)
          if (errorCode !== 0) throw failureOf(errorOf(errorCode))
      }
    } catch (error) {
      if (error instanceof KafkaError) link.note(error)
      throw error
    }
  })
}

function failureOf(error: KafkaError): KafkaError {
  if (!worthAsking.includes(error.error)) return error
  if (error.fate !== 'final') return error
  return new KafkaError('COORDINATOR_NOT_AVAILABLE', error.message, { cause: error })
}
