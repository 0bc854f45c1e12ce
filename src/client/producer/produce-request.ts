/** One Produce request: batches of different partitions with the same leader. */
import { zeroUuid } from '../../base/uuid.ts'
import { produce } from '../../protocol/apis/produce.ts'
import { headerSize } from '../../protocol/batch/layout.ts'
import type { RequestOf, ResponseOf } from '../../protocol/schema.ts'
import type { Cluster } from '../cluster.ts'
import { partitionKey } from '../topic-partition.ts'
import type { Batch } from './batch.ts'
import type { Lane } from './lane.ts'

export type Parcel = { readonly lane: Lane; readonly batch: Batch }

export type ProduceAnswer = ResponseOf<typeof produce>
export type PartitionAnswer = ProduceAnswer['responses'][number]['partitionResponses'][number]

/** Names and lengths around the batches of a partition, as `max.request.size` counts them. */
const overheadPerPartition = 64 + headerSize

export function parcelSize({ batch }: Parcel): number {
  return batch.bytes.length + overheadPerPartition
}

export type ProduceRequest = RequestOf<typeof produce>

export function produceRequest(
  cluster: Cluster,
  parcels: readonly Parcel[],
  {
    transactionalId,
    acks,
    timeoutMs,
  }: { transactionalId: string | null; acks: number; timeoutMs: number },
): { request: ProduceRequest; highest: number } {
  const topics = new Map<string, ProduceRequest['topicData'][number]>()
  let everyTopicHasId = true
  for (const { lane, batch } of parcels) {
    let topic = topics.get(lane.topic)
    if (topic === undefined) {
      const topicId = cluster.cache.topics.get(lane.topic)?.topicId ?? zeroUuid
      if (topicId === zeroUuid) everyTopicHasId = false
      topic = { name: lane.topic, topicId, partitionData: [] }
      topics.set(lane.topic, topic)
    }
    topic.partitionData.push({ index: lane.partition, records: batch.bytes })
  }
  return {
    request: { transactionalId, acks, timeoutMs, topicData: [...topics.values()] },
    // Version 13 names topics by id alone (KIP-516).
    highest: everyTopicHasId ? produce.stable : 12,
  }
}

/** The answers by partition. */
export function answersOf(cluster: Cluster, answer: ProduceAnswer): Map<string, PartitionAnswer> {
  const answers = new Map<string, PartitionAnswer>()
  for (const { name, topicId, partitionResponses } of answer.responses) {
    const topic = name === '' ? (cluster.cache.nameOf(topicId) ?? '') : name
    for (const each of partitionResponses) answers.set(partitionKey(topic, each.index), each)
  }
  return answers
}
