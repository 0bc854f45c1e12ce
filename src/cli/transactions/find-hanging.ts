/** Open transactions in logs of which no coordinator knows: nobody will ever end them (KIP-664). */
import {
  type ActiveProducer,
  describeProducers,
  describeTransaction,
  listTransactions,
} from '../../client/admin/transactions.ts'
import type { Cluster } from '../../client/cluster.ts'
import { ensureNone } from '../../client/result.ts'
import type { TopicPartition } from '../../client/topic-partition.ts'
import { unnamedTopic } from '../../client/unnamed-topic.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Hanging } from './view.ts'

export interface Scope {
  readonly topic: string | null
  readonly partition: number | null
  readonly brokerId: number | null
  /** One that was written to since then may still be ended by its producer. */
  readonly before: number
}

export async function findHanging(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  scope: Scope,
): Promise<Hanging[]> {
  const candidates: Hanging[] = []
  for (const at of partitions) {
    for (const producer of await describeProducers(cluster, at, scope.brokerId)) {
      if (isOld(producer, scope)) candidates.push({ ...producer, ...at })
    }
  }
  if (candidates.length === 0) return []
  const owners = new Map<bigint, string>()
  for (const { producerId, transactionalId } of await listTransactions(cluster)) {
    owners.set(producerId, transactionalId)
  }
  const hanging: Hanging[] = []
  for (const each of candidates) {
    if (!(await isKnown(cluster, owners.get(each.producerId), each))) hanging.push(each)
  }
  return hanging
}

const isOld = ({ currentTxnStartOffset, lastTimestamp }: ActiveProducer, { before }: Scope) =>
  currentTxnStartOffset >= 0n && Number(lastTimestamp) < before

/** Where to look. */
export async function partitionsIn(cluster: Cluster, scope: Scope): Promise<TopicPartition[]> {
  const { topic, partition, brokerId } = scope
  // Who names a partition means that one, whatever the brokers know of it.
  if (topic !== null && partition !== null) return [{ topic, partition }]
  if (topic === '') throw unnamedTopic()
  const { topics } = await cluster.metadata(topic === null ? null : [topic])
  if (topic !== null) for (const { errorCode } of topics) ensureNone(errorCode)
  return topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ replicaNodes }) => brokerId === null || replicaNodes.includes(brokerId))
      .map(({ partitionIndex }) => ({ topic: name ?? '', partition: partitionIndex })),
  )
}

async function isKnown(
  cluster: Cluster,
  transactionalId: string | undefined,
  { topic, partition, producerId }: Hanging,
): Promise<boolean> {
  if (transactionalId === undefined) return false
  try {
    const found = await describeTransaction(cluster, transactionalId)
    const isPart = found.partitions.some(
      (each) => each.topic === topic && each.partition === partition,
    )
    return isPart && found.producerId === producerId
  } catch (error) {
    if (error instanceof KafkaError && error.error === 'TRANSACTIONAL_ID_NOT_FOUND') return false
    throw error
  }
}
