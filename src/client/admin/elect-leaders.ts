import { electLeaders as electApi } from '../../protocol/apis/elect-leaders.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone, type Result, resultOf } from '../result.ts'
import { byTopic, type TopicPartition } from '../topic-partition.ts'
import type { TimeoutOption } from './topics.ts'

/** The numbers of the protocol (KIP-460). */
export const electionTypes = { PREFERRED: 0, UNCLEAN: 1 } as const
export type ElectionType = keyof typeof electionTypes

export type Elected = TopicPartition & { readonly result: Result<null> }

/** Elects leaders of these partitions, or of all (null); ELECTION_NOT_NEEDED where the right one leads already. */
export async function electLeaders(
  cluster: Cluster,
  type: ElectionType,
  partitions: readonly TopicPartition[] | null,
  { timeoutMs }: TimeoutOption = {},
): Promise<Elected[]> {
  return cluster.retrying({ callName: 'electLeaders', timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const hasTypes = (connection.version(electApi) ?? 0) >= 1
    if (!hasTypes && type !== 'PREFERRED') {
      throw new KafkaError('UNSUPPORTED_VERSION', 'the broker elects preferred leaders only')
    }
    const answer = await connection.call(electApi, {
      ...(hasTypes ? { electionType: electionTypes[type] } : {}),
      topicPartitions:
        partitions === null
          ? null
          : [...byTopic(partitions)].map(([topic, list]) => ({
              topic,
              partitions: list.map(({ partition }) => partition),
            })),
      timeoutMs: Math.ceil(attempt.leftMs),
    })
    ensureNone(answer.errorCode)
    return answer.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, errorCode, errorMessage }) => ({
        topic,
        partition: partitionId,
        result: resultOf(errorCode, errorMessage, () => null),
      })),
    )
  })
}
