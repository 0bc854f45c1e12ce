import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { listOffsets } from '../../../src/protocol/apis/list-offsets.ts'
import { offsetForLeaderEpoch } from '../../../src/protocol/apis/offset-for-leader-epoch.ts'
import * as layout from '../../../src/protocol/batch/layout.ts'
import { code, type ErrorName } from '../../../src/protocol/errors.ts'
import type { RequestOf } from '../../../src/protocol/schema.ts'
import type { ScriptedBroker } from './scripted-broker.ts'
import { endOffset, type ScriptedCluster, type ScriptedPartition } from './scripted-cluster.ts'

type Fetched = RequestOf<typeof fetch>['topics'][number]['partitions'][number]

/** What a consumer asks of leaders, answered from the partitions' batches. */
export function serveReaders(cluster: ScriptedCluster, id: number, broker: ScriptedBroker): void {
  const names = () => new Map([...cluster.topics].map(([name, topic]) => [topic.id, name]))
  const find = (topic: string, index: number): ScriptedPartition | ErrorName => {
    const partition = cluster.topics.get(topic)?.partitions[index]
    if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
    return partition.leader === id ? partition : 'NOT_LEADER_OR_FOLLOWER'
  }
  broker
    .on(fetch, async ({ topics, maxWaitMs, isolationLevel }) => {
      const fault = cluster.fetchFault(id)
      const answers = topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map((wanted) => {
          const found = find(names().get(topicId) ?? '', wanted.partition)
          const partition = fault ?? found
          return typeof partition === 'string'
            ? refused(wanted, partition)
            : fetched(partition, wanted, cluster, isolationLevel)
        }),
      }))
      const isEmpty = answers.every(({ partitions }) =>
        partitions.every(({ records, errorCode }) => records.length === 0 && errorCode === 0),
      )
      if (isEmpty) await new Promise<void>((resolve) => cluster.clock.schedule(maxWaitMs, resolve))
      return { sessionId: 0, responses: answers }
    })
    .on(listOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          const found = find(name, partitionIndex)
          if (typeof found === 'string') return { partitionIndex, errorCode: code(found) }
          const offset = timestamp === -2n ? found.logStartOffset : endOffset(found)
          return { partitionIndex, errorCode: 0, offset, leaderEpoch: found.leaderEpoch }
        }),
      })),
    }))
    .on(offsetForLeaderEpoch, ({ topics }) => ({
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, leaderEpoch }) => {
          const found = find(topic, partition)
          if (typeof found === 'string') return { partition, errorCode: code(found) }
          return { partition, errorCode: 0, ...epochEnd(found, leaderEpoch) }
        }),
      })),
    }))
}

function refused({ partition }: Fetched, error: ErrorName) {
  return {
    partitionIndex: partition,
    errorCode: code(error),
    highWatermark: -1n,
    abortedTransactions: null,
    records: new Uint8Array(0),
  }
}

function fetched(
  partition: ScriptedPartition,
  wanted: Fetched,
  cluster: ScriptedCluster,
  isolationLevel: number,
) {
  const { fetchOffset, partitionMaxBytes } = wanted
  const end = endOffset(partition)
  if (fetchOffset < partition.logStartOffset || fetchOffset > end) {
    return refused(wanted, 'OFFSET_OUT_OF_RANGE')
  }
  const batches: Uint8Array[] = []
  let size = 0
  for (const batch of partition.batches) {
    if (layout.lastOffsetOf(batch) < fetchOffset) continue
    if (batches.length > 0 && size + batch.length > partitionMaxBytes) break
    batches.push(batch)
    size += batch.length
  }
  return {
    partitionIndex: wanted.partition,
    errorCode: 0,
    highWatermark: end,
    lastStableOffset: end,
    logStartOffset: partition.logStartOffset,
    abortedTransactions: isolationLevel === 1 ? cluster.aborted : null,
    records: Buffer.concat(batches),
  }
}

/** The last epoch not above the one asked for, and where it ended. */
function epochEnd(partition: ScriptedPartition, wanted: number) {
  let leaderEpoch = -1
  let end = partition.logStartOffset
  for (const batch of partition.batches) {
    const epoch = layout.leaderEpochOf(batch)
    if (epoch > wanted) break
    leaderEpoch = epoch
    end = layout.lastOffsetOf(batch) + 1n
  }
  return { leaderEpoch: leaderEpoch < 0 ? wanted : leaderEpoch, endOffset: end }
}
