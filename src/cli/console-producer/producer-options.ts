import type { ProducerOptions } from '../../client/producer/settings.ts'
import { producerConfigs } from '../../protocol/configs/producer.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { ClientConfigs } from '../config/client-configs.ts'
import { configError, JavaError } from '../java/errors.ts'

export type ProducerConfigs = ClientConfigs<typeof producerConfigs>

/** Reads and validates the properties as Kafka's producer does, with its words. */
export function producerConfigsOf(properties: ReadonlyMap<string, string>): ProducerConfigs {
  const configs = new ClientConfigs(producerConfigs, properties)
  ensureIdempotence(configs)
  ensureClasses(configs)
  const shortest = configs.get('linger.ms') + BigInt(configs.get('request.timeout.ms'))
  if (configs.has('delivery.timeout.ms') && configs.get('delivery.timeout.ms') < shortest) {
    throw notConstructed(
      'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms',
    )
  }
  return configs
}

/** What comes up while Kafka's producer is made of settings that were good one by one. */
export function asProducerConstruction(error: unknown): never {
  if (error instanceof KafkaError && error.error === 'INVALID_CONFIG') {
    throw notConstructed(error.message)
  }
  throw error
}

function notConstructed(why: string): JavaError {
  return withCause(configError(why))
}

const kafkaException = 'org.apache.kafka.common.KafkaException'

function withCause(cause: JavaError): JavaError {
  return new JavaError(kafkaException, 'Failed to construct kafka producer', { cause })
}

const roundRobin = 'org.apache.kafka.clients.producer.RoundRobinPartitioner'

// Of the classes that a Java program could bring along there are none here; the partitioner of Kafka's own is.
function ensureClasses(configs: ProducerConfigs): void {
  const name = configs.get('partitioner.class')
  if (name !== null && name !== roundRobin) {
    throw configError(
      `Invalid value ${name} for configuration partitioner.class: Class ${name} could not be found.`,
    )
  }
  for (const each of configs.get('interceptor.classes')) {
    const cause = new JavaError('java.lang.ClassNotFoundException', each)
    throw withCause(new JavaError(kafkaException, `Class ${each} cannot be found`, { cause }))
  }
}

const inFlightMax = 5

// Only who asked for it by name is told that it does not go together with retries and acks; the others do without it.
function ensureIdempotence(configs: ProducerConfigs): void {
  if (!configs.get('enable.idempotence')) return
  if (configs.has('enable.idempotence')) ensureSafe(configs)
  const inFlight = configs.get('max.in.flight.requests.per.connection')
  if (inFlight > inFlightMax) {
    throw configError(
      `To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most ${inFlightMax}. Current value is ${inFlight}.`,
    )
  }
}

function ensureSafe(configs: ProducerConfigs): void {
  if (configs.get('retries') === 0) {
    throw configError('Must set retries to non-zero when using the idempotent producer.')
  }
  if (!isAll(configs)) {
    throw configError(
      'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
    )
  }
}

const isAll = (configs: ProducerConfigs) => ['all', '-1'].includes(configs.get('acks'))

// A pipe is read faster than one can type: larger batches than Kafka's default take half the time of both sides, and hold
// what nobody waits for. Who names a size gets it.
const pipeBatchSize = 512 * 1024
const pipeBufferMemory = 8 * 1024 * 1024

export function producerOptions(
  configs: ProducerConfigs,
  { sized }: { sized: { batch: boolean; memory: boolean } },
): ProducerOptions {
  const isPossible = isAll(configs) && configs.get('retries') > 0
  const compression = configs.get('compression.type') as ProducerOptions['compression'] & string
  const level = levelOf(configs, compression)
  return {
    acks: isAll(configs) ? -1 : (Number(configs.get('acks')) as 0 | 1),
    idempotence: isPossible && configs.get('enable.idempotence'),
    batchSize: sized.batch ? configs.get('batch.size') : pipeBatchSize,
    // How records without a key are spread over partitions stays as Kafka does it.
    stickyBytes: Math.max(configs.get('batch.size'), 1),
    lingerMs: Number(configs.get('linger.ms')),
    bufferMemory: sized.memory
      ? Number(configs.get('buffer.memory'))
      : Math.max(pipeBufferMemory, 2 * configs.get('max.request.size')),
    maxRequestSize: configs.get('max.request.size'),
    maxInFlight: configs.get('max.in.flight.requests.per.connection'),
    retries: configs.get('retries'),
    requestTimeoutMs: configs.get('request.timeout.ms'),
    deliveryTimeoutMs: configs.get('delivery.timeout.ms'),
    maxBlockMs: Number(configs.get('max.block.ms')),
    compression,
    ignoreKeys: configs.get('partitioner.ignore.keys'),
    roundRobin: configs.get('partitioner.class') === roundRobin,
    ...(level === undefined ? {} : { compressionLevel: level }),
  }
}

function levelOf(configs: ProducerConfigs, compression: string): number | undefined {
  for (const codec of ['gzip', 'lz4', 'zstd'] as const) {
    const name = `compression.${codec}.level` as const
    if (codec === compression && configs.has(name)) return configs.get(name)
  }
  return undefined
}
