/** What there is to see of transactions, and how one that nobody ends is ended by hand (KIP-664). */
import { describeProducers as describeProducersApi } from '../../protocol/apis/describe-producers.ts'
import { describeTransactions as describeTransactionsApi } from '../../protocol/apis/describe-transactions.ts'
import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { listTransactions as listTransactionsApi } from '../../protocol/apis/list-transactions.ts'
import { writeTxnMarkers } from '../../protocol/apis/write-txn-markers.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { coordinatorOf } from '../coordinators.ts'
import { ensureNone } from '../result.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicFault } from './leaders.ts'

export interface TransactionListing {
  readonly transactionalId: string
  readonly coordinator: number
  readonly producerId: bigint
  readonly state: string
}

export interface TransactionDescription {
  readonly coordinatorId: number
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly state: string
  readonly timeoutMs: number
  /** Null: none has begun. */
  readonly startTimeMs: number | null
  readonly partitions: readonly TopicPartition[]
}

export type ActiveProducer = ResponseOf<
  typeof describeProducersApi
>['topics'][number]['partitions'][number]['activeProducers'][number]

export interface ToAbort extends TopicPartition {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
}

/** Of every broker: each knows those that it coordinates. */
export async function listTransactions(
  cluster: Cluster,
  { durationMs = -1n, pattern = null }: { durationMs?: bigint; pattern?: string | null } = {},
): Promise<TransactionListing[]> {
  await cluster.on(
    { callName: 'listTransactions' },
    () => cluster.any(),
    (on) => cluster.metadata([], { on }),
  )
  const request = {
    stateFilters: [],
    producerIdFilters: [],
    ...(durationMs >= 0n && { durationFilter: durationMs }),
    ...(pattern !== null && { transactionalIdPattern: pattern }),
  }
  const found = await Promise.all(
    [...cluster.cache.brokers.keys()].map((id) =>
      cluster.on(
        { callName: 'listTransactions' },
        () => cluster.broker(id),
        async (connection) => {
          const answer = await connection.call(listTransactionsApi, request)
          ensureNone(answer.errorCode)
          return answer.transactionStates.map(
            ({ transactionalId, producerId, transactionState }) => ({
              transactionalId,
              coordinator: id,
              producerId,
              state: transactionState,
            }),
          )
        },
      ),
    ),
  )
  return found.flat()
}

export async function describeTransaction(
  cluster: Cluster,
  transactionalId: string,
): Promise<TransactionDescription> {
  let coordinatorId = -1
  const find = async () => {
    coordinatorId = (await coordinatorOf(cluster, 'transaction', transactionalId)).id
    return cluster.broker(coordinatorId)
  }
  return cluster.on({ callName: 'describeTransactions' }, find, async (connection) => {
    const request = { transactionalIds: [transactionalId] }
    const { transactionStates } = await connection.call(describeTransactionsApi, request)
    const found = transactionStates[0]
    ensureNone(found?.errorCode ?? -1)
    const { producerId, producerEpoch, transactionState, transactionTimeoutMs, topics } = found!
    return {
      coordinatorId,
      transactionalId,
      producerId,
      producerEpoch,
      state: transactionState,
      timeoutMs: transactionTimeoutMs,
      startTimeMs:
        found!.transactionStartTimeMs < 0n ? null : Number(found!.transactionStartTimeMs),
      partitions: topics.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    }
  })
}

/** As the leader has them, or a broker that is named. */
export async function describeProducers(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  brokerId: number | null = null,
): Promise<ActiveProducer[]> {
  if (brokerId === null) await lookUp(cluster, { topic, partition }, 'describeProducers')
  const find = () => brokerOf(cluster, { topic, partition }, brokerId)
  const callName = 'describeProducers(api=DESCRIBE_PRODUCERS)'
  return cluster.on({ callName }, find, async (connection) => {
    const request = { topics: [{ name: topic, partitionIndexes: [partition] }] }
    const { topics } = await connection.call(describeProducersApi, request)
    const found = topics[0]?.partitions[0]
    ensureNone(found?.errorCode ?? -1, found?.errorMessage ?? null)
    return found!.activeProducers
  })
}

/** Writes the marker that nobody else writes. */
export async function abortTransaction(cluster: Cluster, what: ToAbort): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = what
  await lookUp(cluster, { topic, partition }, 'abortTransaction')
  const find = () => brokerOf(cluster, { topic, partition }, null)
  return cluster.on(
    { callName: 'abortTransaction(api=WRITE_TXN_MARKERS)' },
    find,
    async (connection) => {
      const topics = [{ name: topic, partitionIndexes: [partition] }]
      const identity = { producerId, producerEpoch, coordinatorEpoch }
      const answer = await connection.call(writeTxnMarkers, {
        markers: [{ ...identity, transactionResult: false, topics }],
      })
      ensureNone(answer.markers[0]?.topics[0]?.partitions[0]?.errorCode ?? -1)
    },
  )
}

/** Takes the transactional id from whoever has it, which aborts its transaction. */
export function fenceProducer(cluster: Cluster, transactionalId: string): Promise<void> {
  const find = async () =>
    cluster.broker((await coordinatorOf(cluster, 'transaction', transactionalId)).id)
  return cluster.on({ callName: 'fenceProducers' }, find, async (connection) => {
    const request = { transactionalId, transactionTimeoutMs: cluster.settings.requestTimeoutMs }
    ensureNone((await connection.call(initProducerId, request)).errorCode)
  })
}

/** Until the partition has a leader; Kafka's admin client tells by its name in which of two calls the time ran out. */
async function lookUp(cluster: Cluster, at: TopicPartition, call: string): Promise<void> {
  const find = () => cluster.any()
  await cluster.on({ callName: `${call}(api=METADATA)` }, find, () => leaderId(cluster, at))
}

async function leaderId(cluster: Cluster, { topic, partition }: TopicPartition): Promise<number> {
  await cluster.metadata([topic])
  const fault = topicFault(cluster, { topic, partition })
  if (fault !== null) throw fault
  const leader = cluster.leaderOf(topic, partition)
  if (leader === null) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
  return leader.id
}

async function brokerOf(
  cluster: Cluster,
  at: TopicPartition,
  brokerId: number | null,
): Promise<Connection> {
  if (brokerId === null) return cluster.broker(await leaderId(cluster, at))
  await cluster.metadata([at.topic])
  return cluster.broker(brokerId)
}
