import type { ConsumerOptions, OffsetReset } from '../../client/consumer/settings.ts'
import { consumerConfigs } from '../../protocol/configs/consumer.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { ClientConfigs } from '../config/client-configs.ts'
import { configError, illegalArgument, JavaError } from '../java/errors.ts'
import { parseDuration } from '../java/time.ts'

export type ConsumerConfigs = ClientConfigs<typeof consumerConfigs>

/** Reads and validates the properties as Kafka's consumer does, with its words. */
export function consumerConfigsOf(properties: ReadonlyMap<string, string>): ConsumerConfigs {
  const configs = new ClientConfigs(consumerConfigs, properties)
  if (configs.get('group.id') === '') {
    throw notConstructed(
      new JavaError(
        'org.apache.kafka.common.errors.InvalidGroupIdException',
        'The configured group.id should not be an empty string or whitespace.',
      ),
    )
  }
  ensureOfProtocol(configs)
  return configs
}

const foreign = {
  classic: ['group.remote.assignor'],
  consumer: ['partition.assignment.strategy', 'heartbeat.interval.ms', 'session.timeout.ms'],
} as const

/** What the one protocol takes from the client the other takes from the broker. */
function ensureOfProtocol(configs: ConsumerConfigs): void {
  const protocol = configs.get('group.protocol').toLowerCase() as keyof typeof foreign
  const given = foreign[protocol].filter((name) => configs.properties.get(name)?.trim())
  if (given.length === 0) return
  throw configError(
    `${given.join(', ')} cannot be set when group.protocol=${protocol.toUpperCase()}`,
  )
}

export function notConstructed(cause: JavaError): JavaError {
  const text = 'Failed to construct kafka consumer'
  return new JavaError('org.apache.kafka.common.KafkaException', text, { cause })
}

/** What Kafka's consumer finds out when it makes itself a member of a group. */
export function ensureMember(configs: ConsumerConfigs): void {
  const isClassic = configs.get('group.protocol').toLowerCase() === 'classic'
  if (isClassic && configs.get('heartbeat.interval.ms') >= configs.get('session.timeout.ms')) {
    throw notConstructed(illegalArgument('Heartbeat must be set lower than the session timeout'))
  }
}

/** What comes up while Kafka's consumer is made of settings that were good one by one. */
export function asConsumerConstruction(error: unknown): never {
  if (error instanceof KafkaError && error.error === 'INVALID_CONFIG') {
    throw notConstructed(configError(error.message))
  }
  const isEarlier = error instanceof JavaError && error.message.startsWith("Configuration '")
  throw error instanceof JavaError && !isEarlier ? notConstructed(error) : error
}

export function consumerOptions(
  configs: ConsumerConfigs,
  { isAssigned }: { isAssigned: boolean },
): ConsumerOptions {
  const commits = configs.get('enable.auto.commit')
  return {
    // Who names a partition has no use for a group, unless it commits.
    groupId: isAssigned && !commits ? null : configs.get('group.id'),
    groupInstanceId: configs.get('group.instance.id'),
    groupProtocol: configs.get('group.protocol').toLowerCase() as 'classic' | 'consumer',
    assignors: configs.get('partition.assignment.strategy').map(assignorName),
    groupRemoteAssignor: configs.get('group.remote.assignor'),
    autoOffsetReset: offsetReset(configs.get('auto.offset.reset')),
    enableAutoCommit: commits,
    autoCommitIntervalMs: configs.get('auto.commit.interval.ms'),
    isolationLevel: configs.get('isolation.level') as 'read_uncommitted' | 'read_committed',
    fetchMinBytes: configs.get('fetch.min.bytes'),
    fetchMaxBytes: configs.get('fetch.max.bytes'),
    fetchMaxWaitMs: configs.get('fetch.max.wait.ms'),
    maxPartitionFetchBytes: configs.get('max.partition.fetch.bytes'),
    checkCrcs: configs.get('check.crcs'),
    allowAutoCreateTopics: configs.get('allow.auto.create.topics'),
    excludeInternalTopics: configs.get('exclude.internal.topics'),
    clientRack: configs.get('client.rack'),
    sessionTimeoutMs: configs.get('session.timeout.ms'),
    heartbeatIntervalMs: configs.get('heartbeat.interval.ms'),
    maxPollIntervalMs: configs.get('max.poll.interval.ms'),
    maxPollRecords: configs.get('max.poll.records'),
    defaultApiTimeoutMs: configs.get('default.api.timeout.ms'),
  }
}

const assignors: { readonly [name: string]: string } = {
  RangeAssignor: 'range',
  RoundRobinAssignor: 'roundrobin',
  StickyAssignor: 'sticky',
  CooperativeStickyAssignor: 'cooperative-sticky',
}

function assignorName(name: string): string {
  const simple = name.replace('org.apache.kafka.clients.consumer.', '')
  const known = Object.hasOwn(assignors, simple) ? assignors[simple] : undefined
  if (known !== undefined) return known
  throw notConstructed(
    new JavaError(
      'org.apache.kafka.common.KafkaException',
      `${name} ClassNotFoundException exception occurred`,
    ),
  )
}

const byDuration = 'by_duration:'

function offsetReset(text: string): OffsetReset {
  if (!text.startsWith(byDuration)) return text as 'earliest' | 'latest' | 'none'
  return { ageMs: BigInt(parseDuration(text.slice(byDuration.length))) }
}
