import { describe, expect, test } from 'vitest'
import { javaDouble } from '../../src/base/java-double.ts'
import { adminConfigs } from '../../src/protocol/configs/admin.ts'
import { brokerConfigs } from '../../src/protocol/configs/broker.ts'
import { clientMetricsConfigs } from '../../src/protocol/configs/client-metrics.ts'
import { consumerConfigs } from '../../src/protocol/configs/consumer.ts'
import {
  configSources,
  describeBroker,
  describeClusterDefault,
  describeGroup,
  describeTopic,
} from '../../src/protocol/configs/describe.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { groupConfigs } from '../../src/protocol/configs/group.ts'
import { producerConfigs } from '../../src/protocol/configs/producer.ts'
import { quotaConfigs } from '../../src/protocol/configs/quota.ts'
import { groupConfigsFault, topicConfigsFault } from '../../src/protocol/configs/rules.ts'
import { topicConfigs } from '../../src/protocol/configs/topic.ts'
import {
  type Config,
  type Configs,
  type ConfigValue,
  configValue,
  formatConfig,
  parseConfig,
} from '../../src/protocol/configs.ts'
import { referenceJson } from '../support/vectors.ts'

interface Fact {
  name: string
  type: string
  default?: unknown
  validValues?: string
  importance: string
  updateMode?: string
  internal?: true
  brokerSynonyms?: { name: string; conversion?: string }[]
  brokerSynonym?: string
}

const tables: { [kind: string]: Configs } = {
  broker: brokerConfigs,
  topic: topicConfigs,
  group: groupConfigs,
  clientMetrics: clientMetricsConfigs,
  quota: quotaConfigs,
  producer: producerConfigs,
  consumer: consumerConfigs,
  admin: adminConfigs,
}
const facts = referenceJson<{ [kind: string]: Fact[] }>('protocol/configs.json')

describe.each(Object.keys(tables))('the table of kind %s', (kind) => {
  const table = tables[kind]!

  test('is that of Kafka', () => {
    const ours = Object.values(table).map(asFact)
    expect(ours.sort(byName)).toEqual(facts[kind]!.map(normalized).sort(byName))
    for (const [name, config] of Object.entries(table)) expect(config.name).toBe(name)
  })

  test('has defaults that are valid and come back from their own text', () => {
    for (const config of Object.values(table)) {
      const text = formatConfig(config, config.default ?? null)
      if (text === null || config.type === 'password') continue
      expect(parseConfig(config, text), config.name).toEqual({ ok: true, value: config.default })
    }
  })
})

function asFact(config: Config<ConfigValue>): Fact {
  const value = config.default
  return normalized({
    name: config.name,
    type: config.type,
    ...(value === undefined ? {} : { default: typeof value === 'bigint' ? String(value) : value }),
    importance: config.importance,
    ...(config.validator && { validValues: config.validator.text }),
    ...(config.updateMode && { updateMode: config.updateMode }),
    ...(config.internal && { internal: true }),
    ...(config.brokerSynonyms && {
      brokerSynonyms: config.brokerSynonyms.map(({ name, times }) => ({
        name,
        ...(times === 1n ? {} : { conversion: `times ${times}` }),
      })),
    }),
  })
}

// A long stands as number or text, whatever fits; a group's one synonym has a word of its own.
function normalized({ brokerSynonym, ...fact }: Fact): Fact {
  if (fact.type === 'long' && fact.default != null) fact.default = String(fact.default)
  return brokerSynonym ? { ...fact, brokerSynonyms: [{ name: brokerSynonym }] } : fact
}

const byName = (a: Fact, b: Fact) => (a.name < b.name ? -1 : 1)

test.each<[Config, string, string]>([
  [topicConfigs['retention.ms'], 'soon', 'Not a number of type LONG'],
  [topicConfigs['retention.ms'], '9223372036854775808', 'Not a number of type LONG'],
  [topicConfigs['retention.ms'], '-2', 'Value must be at least -1'],
  [topicConfigs['min.insync.replicas'], '0', 'Value must be at least 1'],
  [topicConfigs['min.insync.replicas'], '2147483648', 'Not a number of type INT'],
  [topicConfigs['segment.bytes'], '10', 'Value must be at least 1048576'],
  [topicConfigs['cleanup.policy'], 'shred', 'String must be one of: compact, delete'],
  [topicConfigs.preallocate, 'maybe', 'Expected value to be either true or false'],
  [
    topicConfigs['compression.type'],
    'rar',
    'String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer',
  ],
  [topicConfigs['compression.gzip.level'], '0', 'Value must be between 1 and 9 or equal to -1'],
  [topicConfigs['min.cleanable.dirty.ratio'], '1.5', 'Value must be no more than 1'],
  [topicConfigs['min.cleanable.dirty.ratio'], 'half', 'Not a number of type DOUBLE'],
  [consumerConfigs['fetch.min.bytes'], '-5', 'Value must be at least 0'],
  [
    consumerConfigs['group.protocol'],
    'other',
    'String must be one of (case insensitive): CONSUMER, CLASSIC',
  ],
  [
    consumerConfigs['auto.offset.reset'],
    'sideways',
    "Invalid value `sideways` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
  ],
  [producerConfigs.acks, '7', 'String must be one of: all, -1, 0, 1'],
  [
    adminConfigs['security.protocol'],
    'NONSENSE',
    'String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT',
  ],
])('%o refuses %s in Kafka’s words', (config, text, why) => {
  const message = `Invalid value ${text} for configuration ${config.name}: ${why}`
  expect(parseConfig(config, text)).toEqual({ ok: false, message })
  expect(() => configValue(config, text)).toThrow(message)
})

test.each<[Config, string, string]>([
  [
    topicConfigs['cleanup.policy'],
    'delete,',
    "Configuration 'cleanup.policy' values must not be empty.",
  ],
  [
    brokerConfigs['process.roles'],
    '',
    "Configuration 'process.roles' must not be empty. Valid values include: [broker, controller]",
  ],
  [
    topicConfigs['leader.replication.throttled.replicas'],
    '0:1, x',
    "Invalid value [0:1, x] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
  ],
])('%o refuses the list %s', (config, text, message) => {
  expect(parseConfig(config, text)).toEqual({ ok: false, message })
})

test.each<[Config, string, ConfigValue]>([
  [topicConfigs['retention.ms'], ' +7 ', 7n],
  [topicConfigs['cleanup.policy'], 'compact , delete', ['compact', 'delete']],
  [topicConfigs['cleanup.policy'], '', []],
  [topicConfigs.preallocate, 'TRUE', true],
  [topicConfigs['min.cleanable.dirty.ratio'], '1e-1f', 0.1],
  [topicConfigs['leader.replication.throttled.replicas'], '*', ['*']],
  [consumerConfigs['auto.offset.reset'], 'by_duration:PT1H30M', 'by_duration:PT1H30M'],
  [consumerConfigs['group.protocol'], 'Consumer', 'Consumer'],
  [topicConfigs['cleanup.policy'], 'compact, delete,compact', ['compact', 'delete']],
  [topicConfigs['leader.replication.throttled.replicas'], '0:1,0:1', ['0:1', '0:1']],
])('%o reads %s', (config, text, value) => {
  expect(parseConfig(config, text)).toEqual({ ok: true, value })
})

test.each([
  [0.5, '0.5'],
  [1, '1.0'],
  [0, '0.0'],
  [1234567, '1234567.0'],
  [10_000_000, '1.0E7'],
  [2147483647, '2.147483647E9'],
  [Number.MAX_VALUE, '1.7976931348623157E308'],
  [0.0001, '1.0E-4'],
  [Number.NaN, 'NaN'],
])('the double %d is shown as Java shows it', (value, text) => {
  expect(javaDouble(value)).toBe(text)
})

type Entries = { [name: string]: string }
const properties = (entries: Entries) => new Map(Object.entries(entries))

describe('what counts', () => {
  test('the nearest place wins: broker, cluster default, file, declaration', () => {
    const fixed = properties({ 'num.io.threads': '3', 'background.threads': '4' })
    const clusterDefault = properties({ 'num.io.threads': '5', 'num.network.threads': '6' })
    const broker = properties({ 'num.io.threads': '7' })
    const configs = new BrokerConfigs({ fixed, clusterDefault, broker })
    expect(configs.get('num.io.threads')).toBe(7)
    expect(configs.get('num.network.threads')).toBe(6)
    expect(configs.get('background.threads')).toBe(4)
    expect(configs.get('message.max.bytes')).toBe(1_048_588)
  })

  test.each<[fixed: Entries, clusterDefault: Entries, expected: bigint, why: string]>([
    [{}, {}, 604_800_000n, 'the declared hours'],
    [{ 'log.retention.hours': '1' }, {}, 3_600_000n, 'hours of the file'],
    [{ 'log.retention.hours': '1', 'log.retention.minutes': '1' }, {}, 60_000n, 'minutes first'],
    [{ 'log.retention.ms': '5' }, { 'log.retention.hours': '1' }, 3_600_000n, 'dynamic hours hide'],
    [{ 'log.retention.hours': '-1' }, {}, -1n, 'for ever is for ever in any unit'],
  ])('retention.ms of a topic with %o and %o is %d: %s', (fixed, clusterDefault, expected) => {
    const configs = new BrokerConfigs({
      fixed: properties(fixed),
      clusterDefault: properties(clusterDefault),
    })
    expect(configs.topic().get('retention.ms')).toBe(expected)
    expect(configs.topic(properties({ 'retention.ms': '9' })).get('retention.ms')).toBe(9n)
  })

  test('bad values are named, and reading one throws', () => {
    const configs = new BrokerConfigs({ fixed: properties({ 'num.io.threads': 'x' }) })
    const message = 'Invalid value x for configuration num.io.threads: Not a number of type INT'
    expect(configs.faults()).toEqual([message])
    expect(() => configs.get('node.id')).toThrow(
      'Missing required configuration "node.id" which has no default value.',
    )
    expect(() => configs.get('num.io.threads')).toThrow(message)
  })

  test('a group takes its bounds from the broker', () => {
    const configs = new BrokerConfigs({ fixed: properties({}) })
    const fault = (overrides: Entries) => groupConfigsFault(configs, properties(overrides))
    expect(fault({ 'consumer.session.timeout.ms': '50000' })).toBeNull()
    expect(fault({ 'consumer.session.timeout.ms': '1' })).toBe(
      'consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
    )
    expect(fault({ 'share.heartbeat.interval.ms': '99999' })).toBe(
      'share.heartbeat.interval.ms must be less than or equal to group.share.max.heartbeat.interval.ms',
    )
    expect(fault({ nonsense: '1' })).toBe('Unknown group config name: nonsense')
  })

  test.each([
    [{ nonsense: '1' }, 'Unknown topic config name: nonsense'],
    [{ 'retention.ms': 'x' }, /^Invalid value x for configuration retention.ms/],
    [
      { 'min.compaction.lag.ms': '5', 'max.compaction.lag.ms': '4' },
      'conflict topic config setting min.compaction.lag.ms (5) > max.compaction.lag.ms (4)',
    ],
    [{ 'remote.storage.enable': 'true' }, /^Tiered Storage functionality is disabled/],
    [{ 'retention.ms': '-1', 'cleanup.policy': 'compact,delete' }, null],
  ])('a topic with %o: %s', (overrides, expected) => {
    const fault = topicConfigsFault(
      new BrokerConfigs({ fixed: properties({}) }),
      properties(overrides as Entries),
    )
    if (expected instanceof RegExp) expect(fault).toMatch(expected)
    else expect(fault).toBe(expected)
  })
})

describe('as DescribeConfigs shows it', () => {
  const sourceName = (code: number) =>
    Object.entries(configSources).find(([, each]) => each === code)?.[0]
  const shown = (entry: ReturnType<typeof describeTopic>[number]) =>
    `${entry.name}=${entry.value} {${entry.synonyms
      .map(({ name, value, source }) => `${sourceName(source)}:${name}=${value}`)
      .join(', ')}}`

  // From the transcripts kafka-configs/describe-all.txt and alter.txt.
  test.each([
    'cleanup.policy=compact,delete {DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete}',
    'compression.type=producer {DEFAULT_CONFIG:compression.type=producer}',
    'flush.ms=9223372036854775807 {}',
    'follower.replication.throttled.replicas= {}',
    'min.cleanable.dirty.ratio=0.5 {DEFAULT_CONFIG:log.cleaner.min.cleanable.ratio=0.5}',
    'min.insync.replicas=1 {DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=1, DEFAULT_CONFIG:min.insync.replicas=1}',
    'retention.ms=1000 {DYNAMIC_TOPIC_CONFIG:retention.ms=1000}',
    'segment.ms=604800000 {}',
  ])('%s', (line) => {
    const configs = new BrokerConfigs({
      fixed: properties({ 'log.roll.hours': '168' }),
      clusterDefault: properties({ 'min.insync.replicas': '1' }),
    })
    const overrides = properties({ 'retention.ms': '1000', 'cleanup.policy': 'compact,delete' })
    const lines = describeTopic(configs.topic(overrides)).map(shown)
    expect(lines).toContain(line)
    expect(lines).toHaveLength(33)
  })

  test('a broker: passwords and what nobody declared stay hidden', () => {
    const configs = new BrokerConfigs({
      fixed: properties({
        'ssl.key.password': 'secret',
        'my.own': 'x',
        'num.io.threads': '9',
        'log.dirs': '/a , /b',
      }),
      broker: properties({ 'num.io.threads': '4' }),
    })
    const entries = new Map(describeBroker(configs).map((each) => [each.name, each]))
    expect(entries.get('ssl.key.password')).toMatchObject({
      value: null,
      isSensitive: true,
      readOnly: false,
      configType: 9,
      synonyms: [{ value: null, source: configSources.STATIC_BROKER_CONFIG }],
    })
    expect(entries.get('my.own')).toMatchObject({ value: null, isSensitive: true, configType: 0 })
    expect(entries.get('num.io.threads')).toMatchObject({
      value: '4',
      configSource: configSources.DYNAMIC_BROKER_CONFIG,
      synonyms: [{ value: '4' }, { value: '9' }, { value: '8' }],
    })
    expect(entries.get('node.id')).toMatchObject({ value: null, readOnly: true })
    expect(entries.get('log.dirs')).toMatchObject({
      value: '/a,/b',
      synonyms: [{ value: '/a , /b', source: configSources.STATIC_BROKER_CONFIG }],
    })
    expect(entries.has('log.initial.task.delay.ms')).toBe(false)
  })

  test('the cluster’s defaults alone', () => {
    const clusterDefault = properties({ 'log.retention.ms': '5' })
    const configs = new BrokerConfigs({ fixed: properties({}), clusterDefault })
    expect(describeClusterDefault(configs).map(shown)).toEqual([
      'log.retention.ms=5 {DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=5}',
    ])
  })

  test('a group', () => {
    const configs = new BrokerConfigs({ fixed: properties({}) })
    const overrides = properties({ 'consumer.session.timeout.ms': '50000' })
    expect(describeGroup(configs.group(overrides)).map(shown)).toContain(
      'consumer.session.timeout.ms=50000 {DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms=50000, DEFAULT_CONFIG:group.consumer.session.timeout.ms=45000}',
    )
  })
})
