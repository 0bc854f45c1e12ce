/** Whom a command line of `configs` is about. */
import { resolves } from '../../host/names.ts'
import { illegalArgument } from '../java/errors.ts'
import { isJavaInteger } from '../java/numbers.ts'
import { UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

/** In the order in which Kafka names them. */
export const entityTypes = [
  'topics',
  'clients',
  'users',
  'brokers',
  'ips',
  'client-metrics',
  'groups',
  'broker-loggers',
] as const
export type EntityType = (typeof entityTypes)[number]

/** The options that name an entity, and the type that each means. */
const named = {
  topic: 'topics',
  client: 'clients',
  user: 'users',
  broker: 'brokers',
  'broker-logger': 'broker-loggers',
  ip: 'ips',
  'client-metrics': 'client-metrics',
  group: 'groups',
} as const satisfies Record<string, EntityType>

const defaults = {
  'client-defaults': 'clients',
  'user-defaults': 'users',
  'broker-defaults': 'brokers',
  'ip-defaults': 'ips',
} as const satisfies Record<string, EntityType>

const flags = Object.entries({ ...named, ...defaults })

export type Entities = {
  readonly types: readonly EntityType[]
  /** An empty name is the default of the type; there may be fewer names than types. */
  readonly names: readonly string[]
}

const terse = (message: string) => new UsageError(message, { withHelp: false })

/** Reads and checks in Kafka's order, which decides what is told when two things are wrong. */
export async function entitiesOf(
  options: Options,
  { needsServer }: { needsServer: boolean },
): Promise<Entities> {
  const types = typesOf(options)
  const twice = types.filter((type, index) => types.indexOf(type) !== index)
  if (twice.length > 0) throw terse(`Duplicate entity type(s) specified: ${twice.join(',')}`)
  if (needsServer) {
    throw terse('Either --bootstrap-server or --bootstrap-controller must be specified.')
  }
  const unknown = types.find((type) => !(entityTypes as readonly string[]).includes(type))
  if (unknown !== undefined) {
    throw terse(
      `Invalid entity type ${unknown}, the entity type must be one of ${entityTypes.join(', ')} with a --bootstrap-server or --bootstrap-controller argument`,
    )
  }
  if (types.length === 0) throw terse('At least one entity type must be specified')
  if (types.length > 1 && types.some((type) => !['users', 'clients'].includes(type))) {
    throw terse("Only 'users' and 'clients' entity types may be specified together")
  }
  const isOldWay = ['entity-name', 'entity-type', 'entity-default'].some((name) =>
    options.has(name),
  )
  if (isOldWay && flags.some(([flag]) => options.has(flag))) {
    throw terse(
      '--entity-{type,name,default} should not be used in conjunction with specific entity flags',
    )
  }
  const names = namesOf(options)
  if (options.has('bootstrap-server') && options.has('bootstrap-controller')) {
    throw terse('Only one of --bootstrap-server or --bootstrap-controller can be specified')
  }
  const entities = { types: types as EntityType[], names }
  await ensureNames(entities)
  if (options.has('describe')) ensureDescribable(options, entities)
  if (options.has('alter')) ensureAlterable(options, entities)
  return entities
}

function typesOf(options: Options): string[] {
  const given = flags.filter(([flag]) => options.has(flag)).map(([, type]) => type)
  return [...options.all('entity-type'), ...given]
}

function namesOf(options: Options): string[] {
  return [
    ...options
      .inOrder('entity-name', 'entity-default')
      .map(({ name, value }) => (name === 'entity-name' ? (value ?? '') : '')),
    ...Object.keys(named)
      .filter((flag) => options.has(flag))
      .map((flag) => options.text(flag) ?? ''),
    ...Object.keys(defaults)
      .filter((flag) => options.has(flag))
      .map(() => ''),
  ]
}

async function ensureNames({ types, names }: Entities): Promise<void> {
  const given = names.filter((name) => name !== '')
  if (types.includes('brokers') || types.includes('broker-loggers')) {
    const wrong = given.find((name) => !isJavaInteger(name))
    if (wrong === undefined) return
    throw terse(
      `The entity name for ${types[0]} must be a valid integer broker id, but it is: ${wrong}`,
    )
  }
  if (!types.includes('ips')) return
  for (const name of given) {
    if (await resolves(name)) continue
    throw terse(
      `The entity name for ${types[0]} must be a valid IP or resolvable host, but it is: ${name}`,
    )
  }
}

const withDefaults: readonly EntityType[] = ['users', 'clients', 'brokers', 'ips']

function ensureDescribable(options: Options, { types, names }: Entities): void {
  const hasDefaults = types.some((type) => withDefaults.includes(type))
  if (!hasDefaults && options.has('entity-default')) {
    throw terse(`--entity-default must not be specified with --describe of ${types.join(',')}`)
  }
  if (types.includes('broker-loggers') && names.every((name) => name === '')) {
    throw terse(`An entity name must be specified with --describe of ${types.join(',')}`)
  }
}

function ensureAlterable(options: Options, { types, names }: Entities): void {
  const hasName = names.some((name) => name !== '')
  if (types.some((type) => withDefaults.includes(type))) {
    if (names.length === 0) {
      throw terse(
        'An entity-name or default entity must be specified with --alter of users, clients, brokers or ips',
      )
    }
  } else if (!hasName) {
    throw terse(`An entity name must be specified with --alter of ${types.join(',')}`)
  }
  if (options.has('add-config') && options.has('add-config-file')) {
    throw terse('Only one of --add-config or --add-config-file must be specified')
  }
  const given = ['add-config', 'add-config-file', 'delete-config']
  if (!given.some((name) => options.has(name))) {
    throw terse(
      'At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter',
    )
  }
}

/** `topics` without its last letter, as Kafka's messages say it. */
export const one = (type: EntityType): string => type.slice(0, -1)

/** A type that has quotas only, which another request asks for. */
export function quotaTypeOf(type: EntityType): 'user' | 'client-id' | 'ip' {
  if (type === 'users') return 'user'
  if (type === 'clients') return 'client-id'
  if (type === 'ips') return 'ip'
  throw illegalArgument(`Unexpected entity type ${type}`)
}
