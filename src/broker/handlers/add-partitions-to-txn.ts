import { addPartitionsToTxn } from '../../protocol/apis/add-partitions-to-txn.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import type { Identity } from '../../transactions/events.ts'
import type { Partitions } from '../../transactions/state.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import { tellingFenced } from './telling-fenced.ts'

/** Since then brokers ask, for several producers at once (KIP-890); their clients' epochs grow with every transaction. */
const brokersSince = 4
const fencedSince = 2

type Topics = readonly { readonly name: string; readonly partitions: readonly number[] }[]
interface Wanted extends Identity {
  readonly transactionalId: string
  readonly topics: Topics
  readonly clientTransactionVersion: number
}

export default handler(addPartitionsToTxn, async (broker, request, { apiVersion }) => {
  if (apiVersion < brokersSince) {
    const errorOf = await add(broker, {
      transactionalId: request.v3AndBelowTransactionalId,
      producerId: request.v3AndBelowProducerId,
      producerEpoch: request.v3AndBelowProducerEpoch,
      topics: request.v3AndBelowTopics,
      clientTransactionVersion: 0,
    })
    const told: ErrorOf = (topic, partition) =>
      tellingFenced(errorOf(topic, partition), { apiVersion, since: fencedSince })
    return { resultsByTopicV3AndBelow: results(request.v3AndBelowTopics, told) }
  }
  const resultsByTransaction = await Promise.all(
    request.transactions.map(async ({ verifyOnly, ...each }) => {
      const wanted = { ...each, clientTransactionVersion: 2 }
      const errorOf = await (verifyOnly ? verify(broker, wanted) : add(broker, wanted))
      return { transactionalId: each.transactionalId, topicResults: results(each.topics, errorOf) }
    }),
  )
  return { resultsByTransaction }
})

type ErrorOf = (topic: string, partition: number) => ErrorName

/** All or nothing: where one does not exist, none is added. */
async function add({ image, transactions }: Broker, wanted: Wanted): Promise<ErrorOf> {
  const { transactionalId, topics, ...rest } = wanted
  if (transactionalId === '') return () => 'INVALID_REQUEST'
  const exists = (topic: string, partition: number) =>
    image.topicsByName.get(topic)?.partitions[partition] !== undefined
  const isWhole = topics.every(({ name, partitions }) => partitions.every((p) => exists(name, p)))
  if (!isWhole) {
    return (topic, partition) =>
      exists(topic, partition) ? 'OPERATION_NOT_ATTEMPTED' : 'UNKNOWN_TOPIC_OR_PARTITION'
  }
  const partitions = partitionsOf(topics)
  const event = { kind: 'add-partitions' as const, ...rest, partitions }
  const { error } = await transactions.ask(transactionalId, event)
  return () => error
}

async function verify({ transactions }: Broker, wanted: Wanted): Promise<ErrorOf> {
  const { transactionalId, topics, producerId, producerEpoch } = wanted
  if (transactionalId === '') return () => 'INVALID_REQUEST'
  const event = { kind: 'verify' as const, producerId, producerEpoch }
  const { error, missing } = await transactions.ask(transactionalId, {
    ...event,
    partitions: partitionsOf(topics),
  })
  return (topic, partition) =>
    error === 'NONE' && missing.get(topic)?.has(partition) ? 'TRANSACTION_ABORTABLE' : error
}

const partitionsOf = (topics: Topics): Partitions =>
  new Map(topics.map(({ name, partitions }) => [name, new Set(partitions)]))

const results = (topics: Topics, errorOf: ErrorOf) =>
  topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: code(errorOf(name, partitionIndex)),
    })),
  }))
