/** What a set of overrides must keep as a whole, in the words of Kafka's LogConfig and GroupConfig (INVALID_CONFIG). */
import { type Configs, parseConfig } from '../configs.ts'
import type { BrokerConfigs, Properties } from './effective.ts'
import { own } from './effective.ts'
import { groupConfigs } from './group.ts'
import { topicConfigs } from './topic.ts'

/** Kafka's objection to a topic's overrides, or null. */
export function topicConfigsFault(broker: BrokerConfigs, overrides: Properties): string | null {
  const fault = eachFault('topic', topicConfigs, overrides)
  if (fault !== null) return fault
  const topic = broker.topic(overrides)
  const conflict = compactionLagFault(
    topic.get('min.compaction.lag.ms'),
    topic.get('max.compaction.lag.ms'),
  )
  if (conflict !== null) return conflict
  if (topic.get('remote.storage.enable')) {
    return (
      'Tiered Storage functionality is disabled in the broker. ' +
      'Topic cannot be configured with remote log storage.'
    )
  }
  return null
}

/** Kafka's objection to how long records may, and must, wait to be compacted; the tools know it as well. */
export function compactionLagFault(least: bigint, most: bigint): string | null {
  return least > most
    ? `conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`
    : null
}

/** Kafka's objection to a group's overrides, or null: the broker sets bounds to most of them. */
export function groupConfigsFault(broker: BrokerConfigs, overrides: Properties): string | null {
  const fault = eachFault('group', groupConfigs, overrides)
  if (fault !== null) return fault
  const group = broker.group(overrides)
  for (const [name, lower, upper] of bounds) {
    const value = group.get(name)
    if (lower !== null && value < broker.get(lower)) {
      return `${name} must be greater than or equal to ${lower}`
    }
    if (value > broker.get(upper)) return `${name} must be less than or equal to ${upper}`
  }
  for (const kind of ['consumer', 'share', 'streams'] as const) {
    const session = `${kind}.session.timeout.ms` as const
    const heartbeat = `${kind}.heartbeat.interval.ms` as const
    if (group.get(session) <= group.get(heartbeat)) {
      return `${session} must be greater than ${heartbeat}`
    }
  }
  return null
}

const bounds = [
  range('consumer', 'heartbeat.interval.ms'),
  range('consumer', 'session.timeout.ms'),
  range('share', 'heartbeat.interval.ms'),
  range('share', 'session.timeout.ms'),
  range('share', 'record.lock.duration.ms'),
  range('share', 'delivery.count.limit'),
  range('share', 'partition.max.record.locks'),
  range('streams', 'heartbeat.interval.ms'),
  range('streams', 'session.timeout.ms'),
  ['streams.num.standby.replicas', null, 'group.streams.max.standby.replicas'],
] as const

function range<K extends string, N extends string>(kind: K, name: N) {
  return [`${kind}.${name}`, `group.${kind}.min.${name}`, `group.${kind}.max.${name}`] as const
}

function eachFault(kind: string, table: Configs, overrides: Properties): string | null {
  for (const name of overrides.keys()) {
    if (own(table, name) === undefined) return `Unknown ${kind} config name: ${name}`
  }
  return valuesFault(table, overrides)
}

/** Of several values that may not be, Kafka's objection to the first in the order of the table; null if all are right. */
export function valuesFault(table: Configs, overrides: Properties): string | null {
  for (const config of Object.values(table)) {
    const text = overrides.get(config.name)
    const parsed = text === undefined ? undefined : parseConfig(config, text)
    if (parsed?.ok === false) return parsed.message
  }
  return null
}
