import { produce } from '../../protocol/apis/produce.ts'
import {
  headerSize,
  isTransactional,
  magicOf,
  producerEpochOf,
  producerIdOf,
} from '../../protocol/batch/layout.ts'
import { code, type ErrorName, errorName } from '../../protocol/errors.ts'
import { isInternalTopic } from '../../protocol/names.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { type Call, handler } from '../handler.ts'
import { Refusal } from '../refusal.ts'
import type { AppendOutcome, TopicPartition } from '../replicas.ts'
import { toldOf } from '../transactions/told.ts'
import { currentLeader, nodeEndpoints } from './leader-hints.ts'
import { topicOf } from './topic-of.ts'

type ProduceRequest = RequestOf<typeof produce>
type PartitionData = ProduceRequest['topicData'][number]['partitionData'][number]
type PartitionResponse = SentResponseOf<
  typeof produce
>['responses'][number]['partitionResponses'][number]
interface Answered<Part> {
  readonly name: string
  readonly topicId: string
  readonly partitionResponses: Part[]
}
type Settled = Answered<PartitionResponse>

const idsSince = 13
/** Since then an answer that says "not here" also says where (KIP-951). */
const hintsSince = 10
/** Since then brokers add the partition to the transaction (KIP-890). */
const addsSince = 12
/** Kafka lets its admin client alone write to the coordinators' topics. */
const adminClient = '__admin_client'

// A promise only waits for replicas or the disk: by then the batches are in the log.
export default handler(produce, (broker, request, call) => {
  const responses: Answered<PartitionResponse | Promise<PartitionResponse>>[] = []
  // Kafka fails the request as a whole: what says that it belongs to a transaction must say to which.
  const anonymous = request.transactionalId === null && request.topicData.some(hasTransactional)
  for (const { name, topicId, partitionData } of request.topicData) {
    if (partitionData.length === 0) continue
    const topic = topicOf(broker.image, { name, topicId }, call.apiVersion >= idsSince)
    const partitionResponses = partitionData.map((data) =>
      anonymous
        ? failed(data.index, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
        : append(broker, request, call, topic, data),
    )
    responses.push({ name, topicId, partitionResponses })
  }
  const pending = responses.some(({ partitionResponses }) =>
    partitionResponses.some((each) => each instanceof Promise),
  )
  const respond = responding(broker, request.acks, call)
  return pending ? settle(responses).then(respond) : respond(responses as Settled[])
})

// Made here and not in the handler: what waits for replicas must not hold the batches, which may be many megabytes.
const responding = (broker: Broker, acks: number, call: Call) => (settled: Settled[]) => {
  if (acks === 0) return unanswered(settled)
  const hinted = call.apiVersion >= hintsSince ? withHints(broker, call, settled) : settled
  return { responses: hinted, nodeEndpoints: nodeEndpoints(broker, call, hintsIn(hinted)) }
}

const settle = (
  responses: readonly Answered<PartitionResponse | Promise<PartitionResponse>>[],
): Promise<Settled[]> =>
  Promise.all(
    responses.map(async (topic) => ({
      ...topic,
      partitionResponses: await Promise.all(topic.partitionResponses),
    })),
  )

/** With acks=0 nobody reads an answer: a closed connection is the only sign that something was not taken. */
function unanswered(responses: readonly Settled[]): null {
  const parts = responses.flatMap(({ partitionResponses }) => partitionResponses)
  const fault = parts.find(({ errorCode }) => errorCode !== 0)
  if (fault === undefined) return null
  throw new Refusal(`Produce with acks=0 met ${errorName(fault.errorCode)}`)
}

/** Appends at once, so that the order of requests is the order in the log; only the wait for acks comes later. */
function append(
  broker: Broker,
  request: ProduceRequest,
  call: Call,
  topic: string | null,
  { index, records }: PartitionData,
): PartitionResponse | Promise<PartitionResponse> {
  if (topic === null) return failed(index, 'UNKNOWN_TOPIC_ID')
  const known = broker.image.topicsByName.get(topic)?.partitions[index]
  if (known === undefined) return failed(index, 'UNKNOWN_TOPIC_OR_PARTITION')
  if (records === null) throw new Refusal(`Produce without records for ${topic}-${index}`)
  const { acks } = request
  if (acks !== 0 && acks !== 1 && acks !== -1) return failed(index, 'INVALID_REQUIRED_ACKS')
  if (isInternalTopic(topic) && call.clientId !== adminClient) {
    return failed(index, 'INVALID_TOPIC_EXCEPTION')
  }
  const at = { topic, partition: index }
  if (inTransaction(records)) return appendInTransaction(broker, request, call, at, records)
  return appendNow(broker, request, call, at, records)
}

/** Where the transaction has no records yet, its coordinator is asked first. */
function appendInTransaction(
  broker: Broker,
  request: ProduceRequest,
  call: Call,
  at: TopicPartition,
  records: Uint8Array,
): PartitionResponse | Promise<PartitionResponse> {
  const { replicas, settings } = broker
  const { verification } = broker.transactions
  const use = () => appendNow(broker, request, call, at, records)
  const hosted = replicas.leader(at.topic, at.partition)
  if (typeof hosted === 'string') return use()
  const producerId = producerIdOf(records)
  const producerEpoch = producerEpochOf(records)
  const adds = call.apiVersion >= addsSince
  const isOpen = () => hosted.log.producers.isInTransaction(producerId, producerEpoch)
  if (!verification.isPending(at, producerId)) {
    const isAsked = adds || settings.get('transaction.partition.verification.enable')
    if (isOpen() || !isAsked) return use()
  }
  const claim = { transactionalId: request.transactionalId!, producerId, producerEpoch, adds }
  return verification.verified(claim, at, {
    isOpen,
    use: (error) => (error === 'NONE' ? use() : unverified(at.partition, error, call)),
  })
}

function appendNow(
  broker: Broker,
  { acks, timeoutMs }: ProduceRequest,
  { apiVersion }: Call,
  at: TopicPartition,
  records: Uint8Array,
): PartitionResponse | Promise<PartitionResponse> {
  const index = at.partition
  const outcome = broker.replicas.append(at, records, { acks, origin: 'client', apiVersion })
  if (!outcome.ok) return refused(index, outcome)
  const { appended } = outcome
  const response = {
    index,
    errorCode: 0,
    baseOffset: appended.baseOffset,
    logAppendTimeMs: appended.appendTime,
    logStartOffset: appended.logStartOffset,
  }
  const verdict = broker.replicas.acknowledged(outcome, { acks, timeoutMs })
  if (verdict === 'NONE') return response
  const told = (error: ErrorName | 'NONE') => ({ ...response, errorCode: code(error) })
  return verdict instanceof Promise ? verdict.then(told) : told(verdict)
}

function refused(index: number, outcome: AppendOutcome & { ok: false }): PartitionResponse {
  const { error, message, recordErrors, logStartOffset } = outcome
  return {
    ...failed(index, error),
    // Kafka looks at some things before it looks at the log.
    logStartOffset: foundBeforeLog.has(error) && recordErrors.length === 0 ? -1n : logStartOffset,
    recordErrors: recordErrors.map(({ batchIndex, message: text }) => ({
      batchIndex,
      batchIndexErrorMessage: text,
    })),
    // In words Kafka tells only what it has against single records (KIP-467); for the rest the error has its own text.
    errorMessage: recordErrors.length > 0 ? message : null,
  }
}

const foundBeforeLog: ReadonlySet<ErrorName> = new Set([
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'KAFKA_STORAGE_ERROR',
  'MESSAGE_TOO_LARGE',
  'NOT_LEADER_OR_FOLLOWER',
  'RECORD_LIST_TOO_LARGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNSUPPORTED_COMPRESSION_TYPE',
])

const failed = (index: number, error: ErrorName): PartitionResponse => ({
  index,
  errorCode: code(error),
  baseOffset: -1n,
  logAppendTimeMs: -1n,
  logStartOffset: -1n,
})

/** What a producer hears of its coordinator's answer: in errors that it knows from appends. */
function unverified(index: number, error: ErrorName, { apiVersion }: Call): PartitionResponse {
  const told = toldOf(error, { apiVersion, addsSince })
  switch (told) {
    case 'again':
      return {
        ...failed(index, 'NOT_ENOUGH_REPLICAS'),
        errorMessage: `Unable to verify the partition has been added to the transaction. Underlying error: ${error}`,
      }
    case 'INVALID_TXN_STATE':
      return {
        ...failed(index, told),
        errorMessage: 'Partition was not added to the transaction',
      }
    default:
      return failed(index, told)
  }
}

const hasTransactional = ({ partitionData }: { partitionData: PartitionData[] }): boolean =>
  partitionData.some(({ records }) => records !== null && inTransaction(records))

const inTransaction = (records: Uint8Array): boolean =>
  records.length >= headerSize && magicOf(records) === 2 && isTransactional(records)

function withHints(broker: Broker, { apiVersion }: Call, responses: readonly Settled[]): Settled[] {
  return responses.map((answered) => ({
    ...answered,
    partitionResponses: answered.partitionResponses.map((each) => {
      if (each.errorCode !== notLeader) return each
      const topic = topicOf(broker.image, answered, apiVersion >= idsSince)
      const at = { topic: topic ?? '', partition: each.index }
      return { ...each, currentLeader: currentLeader(broker, at) }
    }),
  }))
}

const notLeader = code('NOT_LEADER_OR_FOLLOWER')

const hintsIn = (responses: readonly Settled[]): number[] =>
  responses.flatMap(({ partitionResponses }) =>
    partitionResponses.flatMap(({ currentLeader: hint }) =>
      hint?.leaderId === undefined ? [] : [hint.leaderId],
    ),
  )
