/** Asks the coordinator of a transactional id, here or on another broker, about one partition (KIP-890). */
import { addPartitionsToTxn } from '../../protocol/apis/add-partitions-to-txn.ts'
import { type ErrorName, errorName, KafkaError } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import { transactionsTopic } from '../internal-topics.ts'
import type { Links } from '../peers.ts'
import type { TopicPartition } from '../replicas.ts'
import type { Claim } from './verification.ts'

export type Asker = Pick<Broker, 'id' | 'image' | 'transactions'>

/** Clients that add partitions through brokers know of KIP-890's epochs. */
const clientTransactionVersion = 2

export async function askCoordinator(
  broker: Asker,
  links: Links,
  claim: Claim,
  at: TopicPartition,
  timeoutMs: number,
): Promise<ErrorName> {
  const partition = broker.transactions.partitionOf(claim.transactionalId)
  const leader =
    broker.image.topicsByName.get(transactionsTopic)?.partitions[partition]?.leader ?? -1
  if (leader < 0) return 'COORDINATOR_NOT_AVAILABLE'
  const error =
    leader === broker.id
      ? await askHere(broker, claim, at)
      : await askThere(links, leader, claim, at, timeoutMs)
  // A producer that appends knows only its epoch.
  return error === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : error
}

async function askHere(
  { transactions }: Asker,
  { transactionalId, producerId, producerEpoch, adds }: Claim,
  { topic, partition }: TopicPartition,
): Promise<ErrorName> {
  const identity = { producerId, producerEpoch }
  const partitions = new Map([[topic, new Set([partition])]])
  if (adds) {
    const event = { kind: 'add-partitions' as const, ...identity, partitions }
    const { error } = await transactions.ask(transactionalId, {
      ...event,
      clientTransactionVersion,
    })
    return error
  }
  const event = { kind: 'verify' as const, ...identity, partitions }
  const { error, missing } = await transactions.ask(transactionalId, event)
  return error === 'NONE' && missing.size > 0 ? 'TRANSACTION_ABORTABLE' : error
}

async function askThere(
  links: Links,
  leader: number,
  { transactionalId, producerId, producerEpoch, adds }: Claim,
  { topic, partition }: TopicPartition,
  timeoutMs: number,
): Promise<ErrorName> {
  const topics = [{ name: topic, partitions: [partition] }]
  const identity = { transactionalId, producerId, producerEpoch }
  const transactions = [{ ...identity, verifyOnly: !adds, topics }]
  try {
    const request = {
      v3AndBelowTransactionalId: '',
      v3AndBelowProducerId: 0n,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [],
      transactions,
    }
    const answer = await links.call(leader, addPartitionsToTxn, request, { timeoutMs })
    if (answer.errorCode !== 0) return errorName(answer.errorCode)
    const result = answer.resultsByTransaction[0]?.topicResults[0]?.resultsByPartition[0]
    return errorName(result?.partitionErrorCode ?? -1)
  } catch (error) {
    if (error instanceof KafkaError) return error.error
    throw error
  }
}
