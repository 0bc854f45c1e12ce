import type { Handler } from '../handler.ts'
import apiVersions from './api-versions.ts'
import deleteRecords from './delete-records.ts'
import describeCluster from './describe-cluster.ts'
import describeLogDirs from './describe-log-dirs.ts'
import describeProducers from './describe-producers.ts'
import describeTopicPartitions from './describe-topic-partitions.ts'
import fetch from './fetch.ts'
import initProducerId from './init-producer-id.ts'
import listOffsets from './list-offsets.ts'
import metadata from './metadata.ts'
import offsetForLeaderEpoch from './offset-for-leader-epoch.ts'
import produce from './produce.ts'

/** Everything that is served; what stands here is advertised, and nothing else. */
export const handlers: readonly Handler[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  apiVersions,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  describeLogDirs,
  describeCluster,
  describeProducers,
  describeTopicPartitions,
]

export const byKey: ReadonlyMap<number, Handler> = new Map(
  handlers.map((each) => [each.api.key, each]),
)

/** What one kind of listener answers: clients on the one, the quorum on the other. */
export function servedOn(listener: 'broker' | 'controller'): ReadonlyMap<number, Handler> {
  return new Map([...byKey].filter(([, { api }]) => api.listeners.includes(listener)))
}
