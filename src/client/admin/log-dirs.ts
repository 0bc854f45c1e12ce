import { describeLogDirs as describeApi } from '../../protocol/apis/describe-log-dirs.ts'
import type { KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone, resultOf } from '../result.ts'
import type { TopicPartition } from '../topic-partition.ts'
import type { TimeoutOption } from './topics.ts'

export type ReplicaInDir = TopicPartition & {
  readonly sizeBytes: bigint
  /** How far it is behind the partition; of a future replica, behind the current one. */
  readonly offsetLag: bigint
  readonly isFuture: boolean
}

export type LogDir = {
  readonly path: string
  /** Null for a directory that works. */
  readonly error: KafkaError | null
  readonly replicas: readonly ReplicaInDir[]
  /** Null from a broker that does not tell. */
  readonly totalBytes: bigint | null
  readonly usableBytes: bigint | null
}

/** The log directories of one broker, and what lies in them (KIP-113). */
export async function describeLogDirs(
  cluster: Cluster,
  brokerId: number,
  { timeoutMs }: TimeoutOption = {},
): Promise<LogDir[]> {
  return cluster.retrying({ callName: 'describeLogDirs', timeoutMs }, async (attempt) => {
    await cluster.ensureFresh()
    const connection = await cluster.broker(brokerId)
    attempt.reached = true
    const answer = await connection.call(describeApi, { topics: null })
    ensureNone(answer.errorCode)
    return answer.results.map(({ logDir, errorCode, topics, totalBytes, usableBytes }) => {
      const result = resultOf(errorCode, null, () => null)
      return {
        path: logDir,
        error: result.ok ? null : result.error,
        replicas: topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, partitionSize, offsetLag, isFutureKey }) => ({
            topic: name,
            partition: partitionIndex,
            sizeBytes: partitionSize,
            offsetLag,
            isFuture: isFutureKey,
          })),
        ),
        totalBytes: totalBytes < 0n ? null : totalBytes,
        usableBytes: usableBytes < 0n ? null : usableBytes,
      }
    })
  })
}
