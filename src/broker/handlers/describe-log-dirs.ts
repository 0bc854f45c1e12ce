import { describeLogDirs } from '../../protocol/apis/describe-log-dirs.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

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
    results: broker.logs.directories().map(({ path, online, totalBytes, usableBytes, logs }) => {
      const topics = new Map<
        string,
        { partitionSize: bigint; partitionIndex: number; offsetLag: bigint }[]
      >()
      for (const log of logs) {
        if (wanted !== null && !wanted.has(`${log.topic}-${log.partition}`)) continue
        const partitions = topics.get(log.topic) ?? []
        partitions.push({
          partitionIndex: log.partition,
          partitionSize: BigInt(log.sizeBytes),
          // Kafka's own arithmetic: only a copy that is being made lags behind.
          offsetLag: 0n,
        })
        topics.set(log.topic, partitions)
      }
      return {
        errorCode: online ? 0 : code('KAFKA_STORAGE_ERROR'),
        logDir: path,
        totalBytes,
        usableBytes,
        topics: [...topics].map(([name, partitions]) => ({
          name,
          partitions: partitions.map((each) => ({ ...each, isFutureKey: false })),
        })),
      }
    }),
  }
})
