import { javaDouble } from '../../base/java-double.ts'
import type { ConfigEntry } from '../../client/admin/configs.ts'
import type { EntityQuotas } from '../../client/admin/quotas.ts'
import type { UserCredentials } from '../../client/admin/scram.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { javaText } from '../java/errors.ts'
import type { Shown } from '../output/show.ts'
import { type EntityType, one } from './entities.ts'

export type EntityConfigs = {
  readonly type: EntityType
  readonly name: string
  readonly entries: readonly ConfigEntry[]
}

export function shownConfigs(
  found: readonly EntityConfigs[],
): Pick<Shown, 'json' | 'table' | 'none'> {
  return {
    json: () =>
      found.map(({ type, name, entries }) => ({
        entityType: one(type),
        entityName: name === '' ? null : name,
        configs: entries.map(({ documentation, ...entry }) => entry),
      })),
    table: () => ({
      head: ['OF', 'NAME', 'VALUE', 'SET'],
      rows: found.flatMap(({ type, name, entries }) =>
        entries.map((entry) => [
          `${one(type)} ${name === '' ? 'defaults' : name}`,
          entry.name,
          entry.sensitive ? '(hidden)' : (entry.value ?? ''),
          placeOf(entry),
        ]),
      ),
      aligns: ['left', 'left', 'left', 'left'],
    }),
    none: 'Nothing is set; --all shows the defaults, too.\n',
  }
}

type Entity = Pick<EntityConfigs, 'type' | 'name'>

/** Kafka's line above the configurations of an entity. */
export function headline({ type, name }: Entity, all: boolean): string {
  if (name === '') return `Default configs for ${type} in the cluster are:\n`
  return `${all ? 'All' : 'Dynamic'} configs for ${one(type)} ${name} are:\n`
}

export function plainEntry({ name, value, sensitive, synonyms }: ConfigEntry): string {
  const chain = synonyms.map((each) => `${each.source}:${each.name}=${each.value}`).join(', ')
  return `  ${name}=${value} sensitive=${sensitive} synonyms={${chain}}\n`
}

/** Where a value comes from, for a person. */
function placeOf({ source }: ConfigEntry): string {
  const places: Partial<Record<ConfigEntry['source'], string>> = {
    DYNAMIC_BROKER_CONFIG: 'on the broker',
    DYNAMIC_DEFAULT_BROKER_CONFIG: 'for all brokers',
    STATIC_BROKER_CONFIG: 'server.properties',
    DEFAULT_CONFIG: 'default',
  }
  return places[source] ?? 'here'
}

const shownTypes = { user: 'user-principal', 'client-id': 'client-id', ip: 'ip' } as const

export function shownQuotas(
  quotas: readonly EntityQuotas[],
  credentials: readonly UserCredentials[],
): Shown {
  return {
    json: () => ({
      quotas: quotas.map((each) => ({
        entity: Object.fromEntries(each.entity),
        quotas: Object.fromEntries([...each.quotas].map(([name, value]) => [name, inJson(value)])),
      })),
      scramCredentials: credentials.map(({ user, result }) => ({
        user,
        ...(result.ok ? { credentials: result.value } : { error: result.error.message }),
      })),
    }),
    plain: () =>
      [...quotas.map(plainQuotas), ...credentials.map(plainCredentials)]
        .map((line) => `${line}\n`)
        .join(''),
    none: 'Nothing is set.\n',
    table: () => ({
      head: ['OF', 'NAME', 'VALUE'],
      rows: [
        ...quotas.flatMap((each) =>
          [...each.quotas].map(([name, value]) => [entityText(each), name, String(value)]),
        ),
        ...credentials.flatMap(({ user, result }) =>
          result.ok
            ? result.value.map(({ mechanism, iterations }) => [
                `user-principal '${user}'`,
                mechanism,
                `iterations=${iterations}`,
              ])
            : [[`user-principal '${user}'`, 'SCRAM', result.error.message]],
        ),
      ],
      aligns: ['left', 'left', 'right'],
    }),
  }
}

/** JSON has no numbers for what Kafka takes as quotas, too. */
const inJson = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

function plainQuotas(each: EntityQuotas): string {
  const { quotas } = each
  const values = javaHashMapOrder([...quotas.keys()], { capacity: quotas.size })
    .map((name) => `${name}=${javaDouble(quotas.get(name)!)}`)
    .join(', ')
  return `Quota configs for ${entityText(each)} are ${values}`
}

function entityText({ entity }: EntityQuotas): string {
  return (['user', 'client-id', 'ip'] as const)
    .filter((type) => entity.has(type))
    .map((type) => {
      const name = entity.get(type)
      return name === null ? `the default ${shownTypes[type]}` : `${shownTypes[type]} '${name}'`
    })
    .join(', ')
}

function plainCredentials({ user, result }: UserCredentials): string {
  if (!result.ok) {
    return `Error retrieving SCRAM credential configs for user-principal '${user}': ${javaText(result.error)}`
  }
  const all = result.value.map(
    ({ mechanism, iterations }) => `${mechanism}=iterations=${iterations}`,
  )
  return `SCRAM credential configs for user-principal '${user}' are ${all.join(', ')}`
}
