import { alterReplicaLogDirs } from '../../protocol/apis/alter-replica-log-dirs.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

/** Moves replicas of this broker between its log directories. A partition that is asked for twice goes where the last one says. */
export default handler(alterReplicaLogDirs, ({ replication, replicas }, { dirs }) => {
  const wanted = new Map<string, Map<number, string>>()
  for (const { path, topics } of dirs) {
    for (const { name, partitions } of topics) {
      const paths = wanted.get(name) ?? new Map<number, string>()
      for (const partition of partitions) paths.set(partition, path)
      wanted.set(name, paths)
    }
  }
  return {
    results: [...wanted].map(([topic, paths]) => ({
      topicName: topic,
      partitions: [...paths].map(([partition, path]) => {
        const hosted = replicas.get(topic, partition)
        const outcome = replication.moves.ask({ topic, partition }, path, hosted)
        return { partitionIndex: partition, errorCode: code(outcome) }
      }),
    })),
  }
})
