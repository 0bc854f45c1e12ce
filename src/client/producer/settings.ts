import type { Compression } from '../../protocol/batch/compression/codecs.ts'
import { KafkaError } from '../../protocol/errors.ts'

/** The names are those of Kafka's configurations, the defaults too, except where a line says otherwise. */
export type ProducerSettings = {
  acks: 0 | 1 | -1
  /** Sequences by which a broker knows a batch again (KIP-98); needs acks = −1. */
  idempotence: boolean
  batchSize: number
  /** How many bytes without a key go to a partition before another one has its turn (KIP-794): Kafka's is `batch.size`. */
  stickyBytes: number
  lingerMs: number
  bufferMemory: number
  maxRequestSize: number
  maxInFlight: number
  retries: number
  requestTimeoutMs: number
  deliveryTimeoutMs: number
  maxBlockMs: number
  compression: Compression
  compressionLevel: number | undefined
  ignoreKeys: boolean
  /** Records take turns whatever their keys are, as with Kafka's RoundRobinPartitioner. */
  roundRobin: boolean
  /** Told of every range of records that could not be delivered. */
  onFailure: (failure: DeliveryFailure) => void
  /** Told of every batch that was; the offset is −1 where the broker does not say (acks = 0, a duplicate). */
  onDelivered: (delivery: Delivery) => void
  /** Everything belongs to transactions, which `endTransaction` ends (KIP-98); null: nothing does. */
  transactionalId: string | null
  transactionTimeoutMs: number
}

/** Records by their numbers: they count from 0 in the order in which they were appended to this producer. */
export type RecordRange = { readonly first: number; readonly count: number }

export type Delivery = {
  readonly topic: string
  readonly partition: number
  readonly baseOffset: bigint
  readonly ranges: readonly RecordRange[]
}

export type FailedRecord = {
  readonly number: number
  /** −1 for null. */
  readonly keySize: number
  readonly valueSize: number
  /** Its own, where the broker told; else that of the whole. */
  readonly error: KafkaError
  /** It failed only because another record of its batch did. */
  readonly isBystander: boolean
}

export type DeliveryFailure = {
  readonly topic: string
  readonly partition: number
  readonly ranges: readonly RecordRange[]
  readonly count: number
  readonly error: KafkaError
  /** One after the other, in the order of the batch. */
  records(): Iterable<FailedRecord>
}

export type ProducerOptions = Partial<ProducerSettings>

const inFlightForIdempotence = 5

export function producerSettings(
  options: ProducerOptions,
  { requestTimeoutMs }: { requestTimeoutMs: number },
): ProducerSettings {
  const acks = options.acks ?? -1
  const batchSize = options.batchSize ?? 16_384
  const settings: ProducerSettings = {
    acks,
    idempotence: acks === -1 && (options.maxInFlight ?? 5) <= inFlightForIdempotence,
    batchSize,
    stickyBytes: Math.max(batchSize, 1),
    lingerMs: 5,
    bufferMemory: 32 * 1024 * 1024,
    maxRequestSize: 1024 * 1024,
    maxInFlight: 5,
    retries: 2 ** 31 - 1,
    requestTimeoutMs,
    deliveryTimeoutMs: 120_000,
    maxBlockMs: 60_000,
    compression: 'none',
    compressionLevel: undefined,
    ignoreKeys: false,
    roundRobin: false,
    onFailure: () => {},
    onDelivered: () => {},
    transactionalId: null,
    transactionTimeoutMs: 60_000,
    ...options,
  }
  ensureConsistent(settings)
  return settings
}

function ensureConsistent(settings: ProducerSettings): void {
  const { idempotence, acks, maxInFlight, retries } = settings
  if (!idempotence) {
    if (settings.transactionalId === null) return
    throw invalid('Cannot set a transactional.id without also enabling idempotence.')
  }
  if (acks !== -1) {
    throw invalid(
      'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
    )
  }
  if (maxInFlight > inFlightForIdempotence) {
    throw invalid(
      'Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.',
    )
  }
  if (retries === 0) {
    throw invalid('Must set retries to non-zero when using the idempotent producer.')
  }
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_CONFIG', message)
}
