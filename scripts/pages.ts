/** The generated pages of docs/, as text. */
import { handlers, off } from '../src/broker/handlers/index.ts'
import { obeyed } from '../src/broker/obeyed.ts'
import { describeHistory } from '../src/protocol/apis/describe-history.ts'
import { apis } from '../src/protocol/apis/index.ts'
import { brokerConfigs } from '../src/protocol/configs/broker.ts'
import { groupConfigs } from '../src/protocol/configs/group.ts'
import { topicConfigs } from '../src/protocol/configs/topic.ts'
import {
  type Config,
  type Configs,
  type ConfigValue,
  formatConfig,
} from '../src/protocol/configs.ts'
import type { AnyApi } from '../src/protocol/schema.ts'
import { generated, table } from './markdown.ts'

export function protocolPage(): string {
  const served = new Map(handlers.map(({ api }) => [api.key, api]))
  const isOff = new Set(off.map(({ api }) => api.key))
  const answered = new Set([...served.keys()].filter((key) => !isOff.has(key)))
  const rows = apis.map((api) => [
    String(api.key),
    api.name,
    range(api),
    api.listeners.join(', '),
    answered.has(api.key) ? 'yes' : served.has(api.key) ? 'off' : 'no',
    `[${fileOf(api)}](../src/protocol/apis/${fileOf(api)})`,
  ])
  return [
    '# The protocol',
    generated,
    `Every API that Apache Kafka 4.3 has on a broker's or controller's listener is declared here once, as data, with all its
versions; codec, types, the ApiVersions answer and this table come from the declarations. They are checked field by field
against Kafka's own schemas, and byte by byte against what Kafka's own classes write (\`test/protocol/\`).`,
    `Served are ${apis.filter(({ key }) => answered.has(key)).length} of ${apis.length}; ${off.length} more answer, as Kafka does, that their feature is off (ACLs,
delegation tokens, SASL). The others our tools can speak to a broker that
serves them; ours does not advertise them. A version in brackets is unstable in Kafka 4.3 and not advertised.`,
    table(['key', 'API', 'versions', 'listeners', 'served', 'source'], rows),
    `One more is Jackdaw's own: ${describeHistory.name} (key ${describeHistory.key}), which \`consumer-groups --history\` and \`--since\` ask
([lag.md](lag.md)). It is served on the unix socket alone.`,
  ].join('\n\n')
}

function range({ versions: [lowest, highest], stable }: AnyApi): string {
  const common = lowest === stable ? String(lowest) : `${lowest}–${stable}`
  return highest > stable ? `${common} (${highest})` : common
}

/** AddOffsetsToTxn stands in add-offsets-to-txn.ts. */
const fileOf = ({ name }: AnyApi): string =>
  `${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.ts`

export function configsPage(): string {
  return [
    '# Configurations',
    generated,
    `Every configuration of Apache Kafka 4.3's brokers, topics and groups is known by its name, type, default and limits, and
a wrong value is refused in Kafka's words. **Obeyed** ones change what the broker does. **Stored** ones are taken, kept and
shown by \`kafka-configs --describe\`, and change nothing here.`,
    ...section('Topics', topicConfigs, new Set(obeyed.topic)),
    ...section('Groups', groupConfigs, new Set(obeyed.group)),
    ...section('Brokers', brokerConfigs, obeyedOfBroker()),
  ].join('\n\n')
}

/** What gives the default of something obeyed is obeyed with it. */
function obeyedOfBroker(): Set<string> {
  const names = new Set<string>(obeyed.broker)
  const derived: [Configs, readonly string[]][] = [
    [topicConfigs, obeyed.topic],
    [groupConfigs, obeyed.group],
  ]
  for (const [configs, own] of derived) {
    for (const name of own) {
      for (const synonym of configs[name]?.brokerSynonyms ?? []) names.add(synonym.name)
    }
  }
  return names
}

function section(title: string, configs: Configs, isObeyed: ReadonlySet<string>): string[] {
  const shown = Object.values(configs)
    .filter(({ internal }) => internal !== true)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const obeys = shown.filter(({ name }) => isObeyed.has(name))
  const stores = shown.filter(({ name }) => !isObeyed.has(name))
  const kinds = ['configuration', 'type', 'default', 'permitted']
  const isDynamic = shown.some(({ updateMode }) => updateMode !== undefined)
  return [
    `## ${title}`,
    `### Obeyed (${obeys.length})`,
    obeys.length === 0
      ? 'None.'
      : table(
          isDynamic ? [...kinds, 'changes while it runs'] : kinds,
          obeys.map((config) => row(config, isDynamic)),
        ),
    `### Stored (${stores.length})`,
    stores.length === 0 ? 'None.' : stores.map(({ name }) => `\`${name}\``).join(', '),
  ]
}

function row(config: Config<ConfigValue>, isDynamic: boolean): string[] {
  const value = config.default === undefined ? undefined : formatConfig(config, config.default)
  const shown = value === undefined ? 'must be given' : value === null ? '' : `\`${value}\``
  const permitted = config.validator?.text ?? ''
  const cells = [
    `\`${config.name}\``,
    config.type,
    value === '' ? '' : shown,
    permitted === '' ? '' : `\`${permitted}\``,
  ]
  return isDynamic ? [...cells, config.updateMode === 'read-only' ? '' : config.updateMode!] : cells
}
