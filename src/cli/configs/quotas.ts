/** Quotas of users, clients and addresses, and the SCRAM credentials of users. */
import { parseJavaDouble } from '../../base/java-double.ts'
import {
  alterClientQuotas,
  describeClientQuotas,
  type EntityQuotas,
  type QuotaEntityType,
} from '../../client/admin/quotas.ts'
import {
  alterUserScramCredentials,
  describeUserScramCredentials,
  type ScramMechanism,
  scramMechanisms,
  type UserCredentials,
} from '../../client/admin/scram.ts'
import type { Cluster } from '../../client/cluster.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { javaHashCode } from '../../protocol/names.ts'
import { executionError, illegalArgument } from '../java/errors.ts'
import type { Changes } from './changes.ts'
import { type Entities, quotaTypeOf } from './entities.ts'

export async function quotasOf(cluster: Cluster, entities: Entities): Promise<EntityQuotas[]> {
  const { types, names } = entities
  if (names.length > types.length) {
    throw illegalArgument('More entity names specified than entity types')
  }
  // Without a name every entity of the type is meant, which the protocol tells from the default.
  const filter = types.map((type, index): [QuotaEntityType, string | null | undefined] => [
    quotaTypeOf(type),
    names[index] === '' ? null : names[index],
  ])
  return inKafkasOrder(await wrapped(describeClientQuotas(cluster, new Map(filter))))
}

/** That of a hash map whose keys are the entities: each a map itself, a default name being null. */
function inKafkasOrder(found: readonly EntityQuotas[]): EntityQuotas[] {
  const hash = ({ entity }: EntityQuotas) => {
    const entries = [...entity].map(
      ([type, name]) => javaHashCode(type) ^ (name === null ? 0 : javaHashCode(name)),
    )
    return (31 + entries.reduce((sum, each) => sum + each, 0)) | 0
  }
  return javaHashMapOrder(found, { hash, capacity: found.length })
}

/** Of users alone: a client has none, and no default either. */
export async function credentialsOf(
  cluster: Cluster,
  { types, names }: Entities,
): Promise<UserCredentials[]> {
  if (types.includes('clients') || names.includes('')) return []
  return wrapped(describeUserScramCredentials(cluster, names))
}

const quotaNames: readonly string[] = [
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
]
const ipQuotaNames: readonly string[] = ['connection_creation_rate']

export async function alterQuotas(
  cluster: Cluster,
  { entities, changes }: { entities: Entities; changes: Changes },
): Promise<void> {
  const { types, names } = entities
  if (types[0] === 'ips') ensureIpQuotas(changes)
  else if (kindOf(entities, changes) === 'credentials') {
    return alterCredentials(cluster, { user: names[0]!, changes })
  }
  const known = new Map((await quotasOf(cluster, entities)).flatMap(({ quotas }) => [...quotas]))
  const unknown = changes.removed.filter((name) => !known.has(name))
  if (unknown.length > 0) throw illegalArgument(`Invalid config(s): ${unknown.join(',')}`)
  const entity = types.map((type, index) => [quotaTypeOf(type), names[index] || null] as const)
  const operations = [
    ...[...changes.set].map(([name, value]) => [name, quotaValue(name, value)] as const),
    ...changes.removed.map((name) => [name, null] as const),
  ]
  await wrapped(alterClientQuotas(cluster, { entity: new Map(entity), changes: operations }))
}

function ensureIpQuotas({ set, removed }: Changes): void {
  const unknown = [...set.keys(), ...removed].filter((name) => !ipQuotaNames.includes(name))
  if (unknown.length === 0) return
  throw illegalArgument(
    `Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: ${unknown.join(',')}`,
  )
}

/** What is to be changed of users and clients; the two kinds cannot be mixed, and clients have quotas alone. */
function kindOf({ types, names }: Entities, { set, removed }: Changes): 'quotas' | 'credentials' {
  const [added, quotasAdded] = [[...set.keys()], [...set.keys()].filter(isQuota)]
  const hasClients = types[0] === 'clients' || types.length === 2
  const isAllowed = (name: string) => isQuota(name) || (!hasClients && isScram(name))
  const kinds = hasClients ? 'quota configs' : 'quota and SCRAM credential configs'
  const ofWhom = hasClients ? 'clients' : 'users'
  const refuse = (verb: string, shown: string): never => {
    throw illegalArgument(
      `Only ${kinds} can be ${verb} for '${ofWhom}' using --bootstrap-server. Unexpected config names: ${shown}`,
    )
  }
  // The collections are Scala's, and are shown with their names.
  const odd = (all: readonly string[]) => all.filter((name) => !isAllowed(name))
  if (odd(added).length > 0) refuse('added', `Set(${odd(added).join(', ')})`)
  if (odd(removed).length > 0) refuse('deleted', `ArrayBuffer(${odd(removed).join(', ')})`)
  if (!added.some(isScram) && !removed.some(isScram)) return 'quotas'
  if (names.includes('')) {
    throw illegalArgument(
      'The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.',
    )
  }
  if (quotasAdded.length > 0 || removed.some(isQuota)) {
    throw illegalArgument(
      "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.",
    )
  }
  return 'credentials'
}

const isQuota = (name: string): boolean => quotaNames.includes(name)
const isScram = (name: string): name is ScramMechanism => Object.hasOwn(scramMechanisms, name)

function quotaValue(name: string, text: string): number {
  const value = parseJavaDouble(text)
  if (value !== undefined) return value
  throw illegalArgument(`Cannot parse quota configuration value for ${name}: ${text}`)
}

async function alterCredentials(
  cluster: Cluster,
  { user, changes }: { user: string; changes: Changes },
): Promise<void> {
  const upsertions = [...changes.set].map(([name, text]) => {
    const mechanism = name as ScramMechanism
    return { mechanism, ...parseCredential(mechanism, text) }
  })
  const deletions = changes.removed.filter(isScram)
  await wrapped(alterUserScramCredentials(cluster, { user, deletions, upsertions }))
}

const iterationsDefault = 4096

/** `iterations=8192,password=secret`; the first part may be left out. */
export function parseCredential(
  mechanism: ScramMechanism,
  text: string,
): { iterations: number; password: string } {
  const match = /^(?:iterations=(-?[0-9]*),)?password=(.*)$/.exec(text)
  if (match === null) {
    const name = mechanism.replaceAll('-', '_')
    throw illegalArgument(`Invalid credential property ${name}=${text}`)
  }
  const [, given, password = ''] = match
  const iterations = given === undefined || given === '-1' ? iterationsDefault : Number(given)
  const { iterationsMin } = scramMechanisms[mechanism]
  if (iterations < iterationsMin) {
    throw illegalArgument(
      `Iterations ${iterations} is less than the minimum ${iterationsMin} required for ${mechanism}`,
    )
  }
  return { iterations, password }
}

// What comes out of Kafka's futures is wrapped.
async function wrapped<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw executionError(error)
  }
}
