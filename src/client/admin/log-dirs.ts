import { alterReplicaLogDirs as alterApi } from '../../protocol/apis/alter-replica-log-dirs.ts'
import { describeLogDirs as describeApi } from '../../protocol/apis/describe-log-dirs.ts'
import { code, type KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone, type Result, resultOf } from '../result.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
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

/** Where a replica is to lie on a broker that has it, or is to get it (KIP-113); the broker takes its time for it. */
export async function alterReplicaLogDirs<
  M extends TopicPartition & { readonly brokerId: number; readonly path: string },
>(
  cluster: Cluster,
  moves: readonly M[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<M, Result<null>>> {
  const ids = [...new Set(moves.map(({ brokerId }) => brokerId))]
  const answers = await Promise.all(
    ids.map(async (id) => {
      const own = moves.filter(({ brokerId }) => brokerId === id)
      return alterOn(cluster, id, own, timeoutMs)
    }),
  )
  return new Map(answers.flat())
}

async function alterOn<M extends TopicPartition & { readonly path: string }>(
  cluster: Cluster,
  brokerId: number,
  moves: readonly M[],
  timeoutMs: number | undefined,
): Promise<(readonly [M, Result<null>])[]> {
  const dirs = [...new Set(moves.map(({ path }) => path))].map((path) => {
    const topics = byTopic(moves.filter((move) => move.path === path))
    const named = [...topics].map(([name, list]) => ({
      name,
      partitions: list.map(({ partition }) => partition),
    }))
    return { path, topics: named }
  })
  const wanted = { callName: 'alterReplicaLogDirs', timeoutMs }
  return cluster.on(wanted, fresh(cluster, brokerId), async (connection) => {
    const { results } = await connection.call(alterApi, { dirs })
    const codes = new Map(
      results.flatMap(({ topicName, partitions }) =>
        partitions.map((each) => [partitionKey(topicName, each.partitionIndex), each.errorCode]),
      ),
    )
    return moves.map((move) => {
      const answered = codes.get(partitionKey(move.topic, move.partition))
      return [move, resultOf(answered ?? code('UNKNOWN_SERVER_ERROR'), null, () => null)] as const
    })
  })
}

/** The log directories of one broker, and what lies in them, or of these partitions alone (KIP-113). */
export async function describeLogDirs(
  cluster: Cluster,
  brokerId: number,
  { timeoutMs, of = null }: TimeoutOption & { of?: readonly TopicPartition[] | null } = {},
): Promise<LogDir[]> {
  const wanted = { callName: 'describeLogDirs', timeoutMs }
  return cluster.on(wanted, fresh(cluster, brokerId), async (connection) => {
    const topics =
      of &&
      [...byTopic(of)].map(([topic, list]) => ({
        topic,
        partitions: list.map(({ partition }) => partition),
      }))
    const answer = await connection.call(describeApi, { topics })
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

const fresh = (cluster: Cluster, brokerId: number) => async () => {
  await cluster.ensureFresh()
  return cluster.broker(brokerId)
}
