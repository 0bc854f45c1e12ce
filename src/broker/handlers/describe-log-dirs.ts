import type { PartitionLog } from '../../log/partition-log.ts'
import { describeLogDirs } from '../../protocol/apis/describe-log-dirs.ts'
import { code } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'

interface Partition {
  readonly partitionIndex: number
  readonly partitionSize: bigint
  readonly offsetLag: bigint
  readonly isFutureKey: boolean
}

/** Kafka's own arithmetic: only a copy that is being made lags behind, and −1 where nothing is known of what it is made of. */
function lagOf({ replicas }: Broker, { topic, partition, logEndOffset }: PartitionLog): bigint {
  const current = replicas.get(topic, partition)?.log
  return current === undefined ? -1n : current.logEndOffset - logEndOffset
}

/** Null topics ask for everything. */
export default handler(describeLogDirs, (broker, request) => {
  const wanted =
    request.topics === null
      ? null
      : new Set(
          request.topics.flatMap(({ topic, partitions }) =>
            partitions.map((each) => `${topic}-${each}`),
          ),
        )
  return {
    errorCode: 0,
    results: broker.logs.directories().map((directory) => {
      const { path, online, totalBytes, usableBytes, logs, futures } = directory
      const topics = new Map<string, Partition[]>()
      // Of a directory that failed Kafka tells nothing but that.
      for (const log of online ? [...logs, ...futures] : []) {
        if (wanted !== null && !wanted.has(`${log.topic}-${log.partition}`)) continue
        const partitions = topics.get(log.topic) ?? []
        const isFutureKey = futures.includes(log)
        partitions.push({
          partitionIndex: log.partition,
          partitionSize: BigInt(log.sizeBytes),
          offsetLag: isFutureKey ? lagOf(broker, log) : 0n,
          isFutureKey,
        })
        topics.set(log.topic, partitions)
      }
      return {
        errorCode: online ? 0 : code('KAFKA_STORAGE_ERROR'),
        logDir: path,
        totalBytes,
        usableBytes,
        topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
      }
    }),
  }
})
