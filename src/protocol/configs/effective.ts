/**
 * What counts when the same configuration is set in several places: a topic's or group's own value, then the broker's
 * dynamic one, the cluster's dynamic default, the properties file, the declared default (KIP-226).
 */
import {
  type Config,
  type Configs,
  type ConfigValue,
  configValue,
  parseConfig,
  type ValueOfConfig,
} from '../configs.ts'
import { KafkaError } from '../errors.ts'
import { brokerConfigs, throttleConfigs } from './broker.ts'
import { groupConfigs } from './group.ts'
import { topicConfigs } from './topic.ts'

export type Properties = ReadonlyMap<string, string>

/** Where a broker's configurations come from; what is missing here counts as empty. */
export interface BrokerProperties {
  /** The properties file. */
  readonly fixed: Properties
  /** Of the resource BROKER with an empty name. */
  readonly clusterDefault?: Properties
  /** Of the resource BROKER with this broker's id. */
  readonly broker?: Properties
}

type BrokerTable = typeof brokerConfigs
type TopicTable = typeof topicConfigs
type GroupTable = typeof groupConfigs

const none: Properties = new Map()

/** A broker's configurations at one moment: a dynamic change makes a new one. */
export class BrokerConfigs {
  readonly fixed: Properties
  readonly clusterDefault: Properties
  readonly broker: Properties
  readonly #given: Properties
  readonly #values = new Map<string, ConfigValue>()

  constructor({ fixed, clusterDefault = none, broker = none }: BrokerProperties) {
    this.fixed = fixed
    this.clusterDefault = clusterDefault
    this.broker = broker
    this.#given = overlaid([fixed, clusterDefault, broker])
  }

  /** The value that counts; throws INVALID_CONFIG where its text is none or a required one is missing. */
  get<K extends keyof BrokerTable>(name: K): ValueOfConfig<BrokerTable[K]> {
    if (!this.#values.has(name)) this.#values.set(name, this.#read(brokerConfigs[name]))
    return this.#values.get(name) as ValueOfConfig<BrokerTable[K]>
  }

  /** The text that counts, for names that no table knows too (`listener.name.…`, a client's). */
  text(name: string): string | undefined {
    return this.#given.get(name)
  }

  /** The names that were given, known or not. */
  names(): Iterable<string> {
    return this.#given.keys()
  }

  /** Kafka's objections to the given values, one for each bad one. */
  faults(): string[] {
    const found: string[] = []
    for (const [name, text] of this.#given) {
      const config = brokerConfig(name)
      const parsed = config === undefined ? undefined : parseConfig(config, text)
      if (parsed?.ok === false) found.push(parsed.message)
    }
    return found
  }

  /** What a topic gets that has these overrides. */
  topic(overrides: Properties = none): Effective<TopicTable> {
    return new Effective(topicConfigs, overrides, this)
  }

  /** What a group gets that has these overrides. */
  group(overrides: Properties = none): Effective<GroupTable> {
    return new Effective(groupConfigs, overrides, this)
  }

  #read(config: Config<ConfigValue>): ConfigValue {
    const text = this.#given.get(config.name)
    if (text !== undefined) return configValue(config, text)
    if (config.default !== undefined) return config.default
    const missing = `Missing required configuration "${config.name}" which has no default value.`
    throw new KafkaError('INVALID_CONFIG', missing)
  }
}

/** The configurations of one topic or group, on top of those of its broker. */
export class Effective<C extends Configs> {
  readonly table: C
  readonly overrides: Properties
  readonly brokerConfigs: BrokerConfigs
  readonly #values = new Map<string, ConfigValue>()

  constructor(table: C, overrides: Properties, brokerConfigs: BrokerConfigs) {
    this.table = table
    this.overrides = overrides
    this.brokerConfigs = brokerConfigs
  }

  get<K extends keyof C & string>(name: K): ValueOfConfig<C[K]> {
    if (!this.#values.has(name)) this.#values.set(name, this.#read(this.table[name]!))
    return this.#values.get(name) as ValueOfConfig<C[K]>
  }

  #read(config: Config<ConfigValue>): ConfigValue {
    const text = this.overrides.get(config.name)
    // What the controller let in once is not doubted here: an override that no longer parses falls back.
    const parsed = text === undefined ? undefined : parseConfig(config, text)
    return parsed?.ok ? parsed.value : (this.#ofBroker(config) ?? config.default ?? null)
  }

  #ofBroker({ brokerSynonyms = [] }: Config<ConfigValue>): ConfigValue {
    for (const { name, times } of brokerSynonyms) {
      const value = this.brokerConfigs.get(name as keyof BrokerTable) as ConfigValue
      if (value === null) continue
      if (times === 1n) return value
      // A negative retention means for ever, in hours as in milliseconds.
      const scaled = BigInt(value as number | bigint) * times
      return scaled < 0n ? -1n : scaled
    }
    return null
  }
}

/** The broker's configuration of that name, with or without the prefix of a listener. */
export function brokerConfig(name: string): Config<ConfigValue> | undefined {
  return declaredConfig(name) ?? own(brokerConfigs, withoutListener(name))
}

/** Only under its whole name. */
export function declaredConfig(name: string): Config<ConfigValue> | undefined {
  return own(brokerConfigs, name) ?? own(throttleConfigs, name)
}

export function own(table: Configs, name: string): Config<ConfigValue> | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** The names under which a broker's configuration may be set, the one that counts most first. */
export function brokerSynonyms(name: string): readonly string[] {
  const family = families.find((each) => each.includes(name))
  if (family !== undefined) return family
  if (name === 'log.flush.interval.ms') return [name, 'log.flush.scheduler.interval.ms']
  const base = withoutListener(name)
  return base === name ? [name] : [name, base]
}

const families = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
]

function withoutListener(name: string): string {
  return /^listener\.name\.[^.]*\.(.+)$/.exec(name)?.[1] ?? name
}

/** A later layer hides the synonyms of what it sets: dynamic minutes win over milliseconds of the file. */
function overlaid(layers: readonly Properties[]): Properties {
  const result = new Map<string, string>()
  for (const [index, layer] of layers.entries()) {
    if (index > 0) {
      for (const name of layer.keys()) {
        if (name.startsWith('listener.name.')) continue
        for (const synonym of brokerSynonyms(name)) result.delete(synonym)
      }
    }
    for (const [name, text] of layer) result.set(name, text)
  }
  return result
}
