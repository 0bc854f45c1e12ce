/** Configurations as DescribeConfigs answers them: value, source and synonyms (KIP-226, KIP-569). */
import {
  type Config,
  type Configs,
  type ConfigValue,
  configTypeCodes,
  formatConfig,
  parseConfig,
} from '../configs.ts'
import { brokerConfigs } from './broker.ts'
import {
  type BrokerConfigs,
  brokerConfig,
  brokerSynonyms,
  declaredConfig,
  type Effective,
  own,
  type Properties,
} from './effective.ts'

/** ConfigSource of DescribeConfigs. */
export const configSources = {
  UNKNOWN: 0,
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  DYNAMIC_BROKER_LOGGER_CONFIG: 6,
  DYNAMIC_CLIENT_METRICS_CONFIG: 7,
  DYNAMIC_GROUP_CONFIG: 8,
} as const

export interface ConfigSynonym {
  name: string
  value: string | null
  source: number
}

/** One entry of the response, field by field. */
export interface ConfigEntry {
  name: string
  value: string | null
  readOnly: boolean
  configSource: number
  isSensitive: boolean
  synonyms: ConfigSynonym[]
  configType: number
  documentation: null
}

export function describeTopic(effective: Effective<Configs>): ConfigEntry[] {
  return describeDerived(effective, configSources.DYNAMIC_TOPIC_CONFIG)
}

export function describeGroup(effective: Effective<Configs>): ConfigEntry[] {
  return describeDerived(effective, configSources.DYNAMIC_GROUP_CONFIG, withDefault)
}

/** A group's configuration that no broker's stands for shows its own default beneath. */
const withDefault = (config: Config<ConfigValue>): ConfigSynonym[] => [
  {
    name: config.name,
    value: formatConfig(config, config.default ?? null),
    source: configSources.DEFAULT_CONFIG,
  },
]

/** Everything that counts for one broker; what nobody declared comes without its value, for it may be a secret. */
export function describeBroker(configs: BrokerConfigs): ConfigEntry[] {
  const names = new Set<string>(configs.names())
  for (const config of Object.values(brokerConfigs)) {
    if (config.internal !== true) names.add(config.name)
  }
  return [...names]
    .map((name) => {
      const synonyms = synonymsOf(configs, name, brokerSynonyms(name))
      return brokerEntry(name, brokerText(configs, name), synonyms)
    })
    .sort(byName)
}

/** The dynamic defaults of all brokers, which is what the broker with an empty name stands for. */
export function describeClusterDefault(configs: BrokerConfigs): ConfigEntry[] {
  const { clusterDefault } = configs
  return [...clusterDefault]
    .map(([name, text]) => {
      const synonyms = synonymsOf(configs, name, brokerSynonyms(name)).filter(
        ({ source }) => source === configSources.DYNAMIC_DEFAULT_BROKER_CONFIG,
      )
      return brokerEntry(name, text, synonyms)
    })
    .sort(byName)
}

/** A table that stands on nothing below it: client metrics. */
export function describePlain(
  table: Configs,
  overrides: Properties,
  source: number,
): ConfigEntry[] {
  return Object.values(table).map((config) => {
    const given = overrides.get(config.name)
    const value = textOf(config, given)
    const synonyms = given === undefined ? [] : [{ name: config.name, value, source }]
    return entryOf(config.name, config, value, false, synonyms)
  })
}

function describeDerived(
  effective: Effective<Configs>,
  ownSource: number,
  orElse: (config: Config<ConfigValue>) => ConfigSynonym[] = () => [],
): ConfigEntry[] {
  const { table, overrides, brokerConfigs: broker } = effective
  const shown = Object.values(table).filter(
    ({ internal, name }) => internal !== true || overrides.has(name),
  )
  return shown.map((config) => {
    const value = formatConfig(config, effective.get(config.name))
    const synonym = config.brokerSynonyms?.[0]?.name
    const below =
      synonym === undefined ? orElse(config) : synonymsOf(broker, synonym, brokerSynonyms(synonym))
    const synonyms = overrides.has(config.name)
      ? [{ name: config.name, value, source: ownSource }, ...below]
      : below
    return entryOf(config.name, config, value, false, synonyms)
  })
}

function brokerEntry(name: string, text: string | null, synonyms: ConfigSynonym[]): ConfigEntry {
  const config = brokerConfig(name)
  const declared = declaredConfig(name)
  const readOnly = declared === undefined || declared.updateMode === 'read-only'
  return entryOf(name, config, text, readOnly, synonyms)
}

function entryOf(
  name: string,
  config: Config<ConfigValue> | undefined,
  value: string | null,
  readOnly: boolean,
  synonyms: ConfigSynonym[],
): ConfigEntry {
  const isSensitive = config === undefined || config.type === 'password'
  return {
    name,
    value: isSensitive ? null : value,
    readOnly,
    configSource: synonyms[0]?.source ?? configSources.DEFAULT_CONFIG,
    isSensitive,
    synonyms: isSensitive ? synonyms.map((each) => ({ ...each, value: null })) : synonyms,
    configType: config === undefined ? 0 : configTypeCodes[config.type],
    documentation: null,
  }
}

function brokerText(configs: BrokerConfigs, name: string): string | null {
  const given = configs.text(name)
  const config = own(brokerConfigs, name)
  return config === undefined ? (given ?? null) : textOf(config, given)
}

/** What is declared is shown as it was understood: `a , b` as `a,b`. */
function textOf(config: Config<ConfigValue>, given: string | undefined): string | null {
  if (given === undefined) return formatConfig(config, config.default ?? null)
  const parsed = parseConfig(config, given)
  return parsed.ok ? formatConfig(config, parsed.value) : given
}

/**
 * All places where one of the names is set, the nearest first. What stands before the first entry of the name itself is
 * dropped, as Kafka does: log.retention.hours does not show as a synonym while log.retention.ms is not set anywhere.
 */
function synonymsOf(
  configs: BrokerConfigs,
  name: string,
  names: readonly string[],
): ConfigSynonym[] {
  const layers: [Properties, number][] = [
    [configs.broker, configSources.DYNAMIC_BROKER_CONFIG],
    [configs.clusterDefault, configSources.DYNAMIC_DEFAULT_BROKER_CONFIG],
    [configs.fixed, configSources.STATIC_BROKER_CONFIG],
  ]
  const found: ConfigSynonym[] = []
  for (const [properties, source] of layers) {
    for (const each of names) {
      const value = properties.get(each)
      if (value !== undefined) found.push({ name: each, value, source })
    }
  }
  for (const each of names) {
    const config = own(brokerConfigs, each)
    const value = config === undefined ? null : formatConfig(config, config.default ?? null)
    if (value !== null) found.push({ name: each, value, source: configSources.DEFAULT_CONFIG })
  }
  const start = found.findIndex((each) => each.name === name)
  return start < 0 ? [] : found.slice(start)
}

const byName = (a: ConfigEntry, b: ConfigEntry) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
