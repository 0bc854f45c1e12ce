/** Configurations of topics, brokers, groups and subscriptions. */
import { describeCluster } from '../../client/admin/cluster.ts'
import {
  type ConfigEntry,
  type ConfigSource,
  describeConfigs,
  incrementalAlterConfigs,
  listConfigResources,
} from '../../client/admin/configs.ts'
import { listGroups } from '../../client/admin/list-groups.ts'
import { listTopics } from '../../client/admin/topics.ts'
import type { Cluster } from '../../client/cluster.ts'
import type { ResourceType } from '../../protocol/configs/resource-types.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { topicNameFault } from '../../protocol/names.ts'
import { groupsInOrder } from '../groups-in-order.ts'
import { executionError, illegalArgument } from '../java/errors.ts'
import { scalaSetOrder } from '../java/scala-set.ts'
import type { Changes } from './changes.ts'
import type { EntityType } from './entities.ts'

const resources = {
  topics: { type: 'topic', own: 'DYNAMIC_TOPIC_CONFIG' },
  brokers: { type: 'broker', own: 'DYNAMIC_BROKER_CONFIG' },
  'broker-loggers': { type: 'brokerLogger', own: null },
  'client-metrics': { type: 'clientMetrics', own: 'DYNAMIC_CLIENT_METRICS_CONFIG' },
  groups: { type: 'group', own: 'DYNAMIC_GROUP_CONFIG' },
} as const satisfies Partial<Record<EntityType, { type: ResourceType; own: ConfigSource | null }>>
export type ConfiguredType = keyof typeof resources

export function isConfigured(type: EntityType): type is ConfiguredType {
  return Object.hasOwn(resources, type)
}

// How long Kafka's tool waits for these; its other questions have the client's own limit.
const timeoutMs = 30_000

/** What is set on the entity itself, or all that counts for it; sorted by name. */
export async function configsOf(
  cluster: Cluster,
  { type, name, all }: { type: ConfiguredType; name: string; all: boolean },
): Promise<ConfigEntry[]> {
  if (type === 'topics' && name !== '') ensureTopicName(name)
  const resource = { type: resources[type].type, name }
  const described = await describeConfigs(cluster, [resource], { timeoutMs, includeSynonyms: true })
  const result = described.get(resource)!
  if (!result.ok) throw executionError(result.error)
  const { own } = resources[type]
  const wanted = type === 'brokers' && name === '' ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : own
  return result.value
    .filter(({ source }) => all || wanted === null || source === wanted)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function ensureTopicName(name: string): void {
  const fault = topicNameFault(name)
  if (fault !== null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', fault)
}

// Which topics there are Kafka's admin client asks of brokers alone.
const notOfControllers = new KafkaError(
  'UNSUPPORTED_ENDPOINT_TYPE',
  'This Admin API is not yet supported when communicating directly with the controller quorum.',
)

/** All there are of a type, in the order of Kafka's tool; the defaults of brokers come last, under an empty name. */
export async function namesOf(
  cluster: Cluster,
  type: ConfiguredType,
  asked?: string,
): Promise<string[]> {
  switch (type) {
    case 'topics':
      if (cluster.settings.viaControllers) throw executionError(notOfControllers)
      return javaHashMapOrder((await listTopics(cluster)).map(({ name }) => name))
    case 'client-metrics':
      return await configured(cluster, 'clientMetrics').catch((error) => {
        throw executionError(error)
      })
    case 'groups':
      return scalaSetOrder([
        ...(await groupIds(cluster)),
        ...(await configuredGroups(cluster, asked)),
      ])
    default:
      return [...(await describeCluster(cluster)).nodes.map(({ id }) => String(id)), '']
  }
}

async function groupIds(cluster: Cluster): Promise<string[]> {
  const { groups, errors } = await listGroups(cluster)
  if (errors[0] !== undefined) throw executionError(errors[0])
  return groupsInOrder(groups).map(({ groupId }) => groupId)
}

// A broker that cannot list them has to be asked for the one.
async function configuredGroups(cluster: Cluster, asked: string | undefined): Promise<string[]> {
  try {
    return await configured(cluster, 'group')
  } catch (error) {
    const isOld = error instanceof KafkaError && error.error === 'UNSUPPORTED_VERSION'
    if (isOld) return asked === undefined ? [] : [asked]
    throw error
  }
}

async function configured(cluster: Cluster, type: 'group' | 'clientMetrics'): Promise<string[]> {
  return (await listConfigResources(cluster, [type])).map(({ name }) => name)
}

export async function alterResource(
  cluster: Cluster,
  { type, name, changes }: { type: ConfiguredType; name: string; changes: Changes },
): Promise<void> {
  if (type === 'broker-loggers') {
    ensureLoggers(await configsOf(cluster, { type, name, all: false }), changes)
  }
  const resource = { type: resources[type].type, name }
  const operations = [
    ...changes.removed.map((each) => ({ operation: 'delete', name: each }) as const),
    ...[...changes.set].map(([each, value]) => ({ operation: 'set', name: each, value }) as const),
  ]
  const altered = await incrementalAlterConfigs(cluster, new Map([[resource, operations]]), {
    timeoutMs,
  })
  const result = altered.get(resource)!
  if (!result.ok) throw executionError(result.error)
}

function ensureLoggers(known: readonly ConfigEntry[], { set, removed }: Changes): void {
  const names = new Set(known.map(({ name }) => name))
  const unknown = [...removed, ...set.keys()].filter((name) => !names.has(name))
  if (unknown.length > 0) throw illegalArgument(`Invalid broker logger(s): ${unknown.join(',')}`)
}
