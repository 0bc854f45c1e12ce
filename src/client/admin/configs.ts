/** Configurations of topics, brokers, groups and what else has them. */
import { onceForSame } from '../../base/once-for-same.ts'
import { alterConfigs as alterConfigsApi } from '../../protocol/apis/alter-configs.ts'
import { describeConfigs as describeConfigsApi } from '../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs as incrementalApi } from '../../protocol/apis/incremental-alter-configs.ts'
import { listConfigResources as listConfigResourcesApi } from '../../protocol/apis/list-config-resources.ts'
import { type ResourceType, resourceTypes } from '../../protocol/configs/resource-types.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone, failed, type Result, resultOf } from '../result.ts'
import { inPortions } from './portions.ts'
import { byPlace, matched, placeOf, type Resource, resourceTypeOf } from './resources.ts'
import { controllerMoves, settle } from './settle.ts'
import type { TimeoutOption } from './topics.ts'

const sources = [
  'UNKNOWN',
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'STATIC_BROKER_CONFIG',
  'DEFAULT_CONFIG',
  'DYNAMIC_BROKER_LOGGER_CONFIG',
  'DYNAMIC_CLIENT_METRICS_CONFIG',
  'DYNAMIC_GROUP_CONFIG',
] as const
export type ConfigSource = (typeof sources)[number]

export type ConfigEntry = {
  name: string
  value: string | null
  source: ConfigSource
  readOnly: boolean
  sensitive: boolean
  synonyms: { name: string; value: string | null; source: ConfigSource }[]
  documentation: string | null
}

// A topic has some thirty configurations.
const resourcesPerRequest = 500

export async function describeConfigs(
  cluster: Cluster,
  resources: readonly Resource[],
  {
    timeoutMs,
    names = null,
    includeSynonyms = false,
    includeDocumentation = false,
    wants = () => true,
  }: TimeoutOption & {
    /** Only these configurations. */
    names?: readonly string[] | null
    includeSynonyms?: boolean
    includeDocumentation?: boolean
    /** Only entries for which this holds are given: a broker sends all, thirty for each topic. Those of one topic may be another's. */
    wants?: (name: string, source: ConfigSource) => boolean
  } = {},
): Promise<Map<Resource, Result<readonly ConfigEntry[]>>> {
  const wanted = { callName: 'describeConfigs', timeoutMs, again: [] }
  // The reader gives the very same list for topics that are configured alike.
  const entries = onceForSame((configs: Answer['configs']) => entriesOf(configs, wants))
  return byPlace(resources, (some, place) =>
    settle(cluster, wanted, some, async (left, attempt) => {
      const connection = await placeOf(cluster, place)
      attempt.reached = true
      return inPortions(left, resourcesPerRequest, async (portion) => {
        const answer = await connection.call(describeConfigsApi, {
          resources: portion.map(({ type, name }) => ({
            resourceType: resourceTypes[type],
            resourceName: name,
            configurationKeys: names === null ? null : [...names],
          })),
          includeSynonyms,
          includeDocumentation:
            (connection.version(describeConfigsApi) ?? 0) >= 3 && includeDocumentation,
        })
        return matched(portion, answer.results, (each) =>
          resultOf(each.errorCode, each.errorMessage, () => entries(each.configs)),
        )
      })
    }),
  )
}

type Answer = ResponseOf<typeof describeConfigsApi>['results'][number]

function entriesOf(
  configs: Answer['configs'],
  wants: (name: string, source: ConfigSource) => boolean,
): ConfigEntry[] {
  return configs
    .filter((each) => wants(each.name, sourceOf(each.configSource)))
    .map((each) => ({
      name: each.name,
      value: each.value,
      source: sourceOf(each.configSource),
      readOnly: each.readOnly,
      sensitive: each.isSensitive,
      synonyms: each.synonyms.map(({ name, value, source }) => ({
        name,
        value,
        source: sourceOf(source),
      })),
      documentation: each.documentation,
    }))
}

export type ConfigChange =
  | { operation: 'set' | 'append' | 'subtract'; name: string; value: string }
  | { operation: 'delete'; name: string }

const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** Changes single configurations (KIP-339). Brokers older than 2.3 replace the whole set, so that it is read first. */
export async function incrementalAlterConfigs(
  cluster: Cluster,
  changes: ReadonlyMap<Resource, readonly ConfigChange[]>,
  { timeoutMs, validateOnly = false }: TimeoutOption & { validateOnly?: boolean } = {},
): Promise<Map<Resource, Result<null>>> {
  const wanted = { callName: 'incrementalAlterConfigs', timeoutMs, again: controllerMoves }
  return byPlace([...changes.keys()], (some, place) =>
    settle(cluster, wanted, some, async (left, attempt) => {
      const connection = await (place === null ? cluster.controller() : placeOf(cluster, place))
      attempt.reached = true
      if (connection.version(incrementalApi) === null) {
        return replaceConfigs(cluster, connection, left, { changes, validateOnly })
      }
      const answer = await connection.call(incrementalApi, {
        resources: left.map((resource) => ({
          resourceType: resourceTypes[resource.type],
          resourceName: resource.name,
          configs: changes.get(resource)!.map((change) => ({
            name: change.name,
            configOperation: operations[change.operation],
            value: change.operation === 'delete' ? null : change.value,
          })),
        })),
        validateOnly,
      })
      return matched(left, answer.responses, (each) =>
        resultOf(each.errorCode, each.errorMessage, () => null),
      )
    }),
  )
}

async function replaceConfigs(
  cluster: Cluster,
  connection: Connection,
  resources: readonly Resource[],
  wanted: {
    changes: ReadonlyMap<Resource, readonly ConfigChange[]>
    validateOnly: boolean
  },
): Promise<Map<Resource, Result<null>>> {
  const current = await describeConfigs(cluster, resources)
  const results = new Map<Resource, Result<null>>()
  const wholes = new Map<Resource, Map<string, string | null>>()
  for (const [resource, entries] of current) {
    if (!entries.ok) results.set(resource, failed(entries.error))
    else wholes.set(resource, changed(entries.value, wanted.changes.get(resource)!))
  }
  if (wholes.size === 0) return results
  const answer = await connection.call(alterConfigsApi, {
    resources: [...wholes].map(([{ type, name }, configs]) => ({
      resourceType: resourceTypes[type],
      resourceName: name,
      configs: [...configs].map(([key, value]) => ({ name: key, value })),
    })),
    validateOnly: wanted.validateOnly,
  })
  const answers = matched([...wholes.keys()], answer.responses, (each) =>
    resultOf(each.errorCode, each.errorMessage, () => null),
  )
  return new Map([...results, ...answers])
}

const ownSources: readonly ConfigSource[] = [
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
]

/** What is set on the resource itself after the changes. */
export function changed(
  entries: readonly ConfigEntry[],
  changes: readonly ConfigChange[],
): Map<string, string | null> {
  const all = new Map(entries.map((each) => [each.name, each.value]))
  const own = new Map(
    entries
      .filter(({ source }) => ownSources.includes(source))
      .map((each) => [each.name, each.value]),
  )
  for (const change of changes) {
    if (change.operation === 'delete') own.delete(change.name)
    else if (change.operation === 'set') own.set(change.name, change.value)
    else {
      const items = (all.get(change.name) ?? '').split(',').filter((item) => item !== '')
      const given = change.value.split(',')
      const rest = items.filter((item) => !given.includes(item))
      own.set(change.name, (change.operation === 'append' ? [...rest, ...given] : rest).join(','))
    }
  }
  return own
}

/** Resources of these types that have configurations (KIP-714, KIP-1142). */
export async function listConfigResources(
  cluster: Cluster,
  types: readonly ResourceType[] = [],
  { timeoutMs }: TimeoutOption = {},
): Promise<Resource[]> {
  return cluster.retrying({ callName: 'listConfigResources', timeoutMs }, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    // Before version 1 there were subscriptions to client metrics alone.
    const lowest = types.some((type) => type !== 'clientMetrics') ? 1 : 0
    const hasTypes = (connection.version(listConfigResourcesApi) ?? 0) >= 1
    const resources = hasTypes ? { resourceTypes: types.map((type) => resourceTypes[type]) } : {}
    const answer = await connection.call(listConfigResourcesApi, resources, { lowest })
    ensureNone(answer.errorCode)
    return answer.configResources.map(({ resourceName, resourceType }) => ({
      type: resourceTypeOf(resourceType),
      name: resourceName,
    }))
  })
}

function sourceOf(number: number): ConfigSource {
  return sources[number] ?? 'UNKNOWN'
}
