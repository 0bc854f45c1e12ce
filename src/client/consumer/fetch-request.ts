/** One Fetch request: partitions that are read from the same broker, without a session. */
import { zeroUuid } from '../../base/uuid.ts'
import { fetch, highWatermarkUnknown, noSession } from '../../protocol/apis/fetch.ts'
import type { RequestOf, ResponseOf } from '../../protocol/schema.ts'
import type { Cluster } from '../cluster.ts'
import { partitionKey } from '../topic-partition.ts'
import type { PartitionState } from './partition-state.ts'
import type { ConsumerSettings } from './settings.ts'

export type FetchAnswer = ResponseOf<typeof fetch>
export type FetchedPartition = FetchAnswer['responses'][number]['partitions'][number]

type Request = RequestOf<typeof fetch>

const consumerId = -1

export function fetchRequest(
  cluster: Cluster,
  states: readonly PartitionState[],
  settings: ConsumerSettings,
): { request: Request; highest: number } {
  const topics = new Map<string, Request['topics'][number]>()
  let everyTopicHasId = true
  for (const state of states) {
    let topic = topics.get(state.topic)
    if (topic === undefined) {
      const topicId = cluster.cache.topics.get(state.topic)?.topicId ?? zeroUuid
      if (topicId === zeroUuid) everyTopicHasId = false
      topic = { topic: state.topic, topicId, partitions: [] }
      topics.set(state.topic, topic)
    }
    topic.partitions.push({
      partition: state.partition,
      currentLeaderEpoch: cluster.leaderOf(state.topic, state.partition)?.epoch ?? -1,
      fetchOffset: state.fetchOffset,
      lastFetchedEpoch: -1,
      logStartOffset: -1n,
      partitionMaxBytes: settings.maxPartitionFetchBytes,
      replicaDirectoryId: zeroUuid,
      highWatermark: highWatermarkUnknown,
    })
  }
  return {
    request: {
      replicaId: consumerId,
      maxWaitMs: settings.fetchMaxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes: settings.fetchMaxBytes,
      isolationLevel: settings.isolationLevel === 'read_committed' ? 1 : 0,
      ...noSession,
      topics: [...topics.values()],
      rackId: settings.clientRack,
      clusterId: null,
      replicaState: { replicaId: consumerId, replicaEpoch: -1n },
    },
    // Version 13 names topics by id alone (KIP-516).
    highest: everyTopicHasId ? fetch.stable : 12,
  }
}

export function fetchedPartitions(
  cluster: Cluster,
  answer: FetchAnswer,
): Map<string, FetchedPartition> {
  const found = new Map<string, FetchedPartition>()
  for (const { topic, topicId, partitions } of answer.responses) {
    const name = topic === '' ? (cluster.cache.nameOf(topicId) ?? '') : topic
    for (const each of partitions) found.set(partitionKey(name, each.partitionIndex), each)
  }
  return found
}
