/** AlterClientQuotas: limits of users, clients and addresses (KIP-546, KIP-612). They are stored and shown. */
import type { alterClientQuotas } from '../protocol/apis/alter-client-quotas.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { quotaKey } from './apply.ts'
import { keep, type Turn } from './controller.ts'
import { attempt, type Fault, refuse } from './faults.ts'
import { type MetadataRecord, record } from './records.ts'

type Request = RequestOf<typeof alterClientQuotas>
type Entry = Request['entries'][number]

/** What each kind of entity may be limited in, and how the number must be. */
const userKeys = {
  producer_byte_rate: 'long',
  consumer_byte_rate: 'long',
  request_percentage: 'double',
  controller_mutation_rate: 'double',
} as const
const ipKeys = { connection_creation_rate: 'int' } as const

/** An address or a name; whether a name leads anywhere is nothing that a core can ask. */
const hostPattern = /^[a-z0-9:.%_-]+$/i

/** The largest of a kind, and how Kafka names it. Doubles may be anything, even NaN. */
const limits = {
  int: { largest: 2 ** 31 - 1, words: 'an INT' },
  long: { largest: 2 ** 63, words: 'a LONG' },
  double: null,
} as const

export function changeQuotas(
  turn: Turn,
  request: Request,
): SentResponseOf<typeof alterClientQuotas> {
  const answers = new Map<string, Fault & { entity: Entry['entity'] }>()
  for (const { entity, ops } of request.entries) {
    const key = quotaKey(entity)
    const made: MetadataRecord[] = []
    const answered = attempt(() => {
      // Of an entity that comes twice the first is done, and the answer tells of the second; as Kafka.
      if (answers.has(key) || new Set(ops.map((op) => op.key)).size < ops.length) {
        refuse('INVALID_REQUEST', `Ignoring duplicate entity ${entityText(entity)}`)
      }
      checkEntity(entity)
      for (const op of ops) made.push(...change(turn, entity, op))
    })
    if (answered.errorCode === 0 && !request.validateOnly) for (const each of made) keep(turn, each)
    answers.set(key, { entity, ...answered })
  }
  return { throttleTimeMs: 0, entries: [...answers.values()] }
}

/** A key that comes twice makes a duplicate of its entity, too. */
function entityText(entity: Entry['entity']): string {
  const parts = entity.map(({ entityType, entityName }) => `${entityType}=${entityName}`)
  return `ClientQuotaEntity(entries={${parts.sort().join(', ')}})`
}

function checkEntity(entity: Entry['entity']): void {
  const error = 'INVALID_REQUEST'
  if (entity.length === 0) refuse(error, 'Invalid empty client quota entity')
  const types = entity.map(({ entityType }) => entityType)
  for (const { entityType, entityName } of entity) {
    if (!['user', 'client-id', 'ip'].includes(entityType)) {
      refuse(error, `Unhandled client quota entity type: ${entityType}`)
    }
    if (entityName === '') refuse(error, `Empty ${entityType} not supported`)
    if (entityType === 'ip' && entityName !== null && !hostPattern.test(entityName)) {
      refuse(error, `${entityName} is not a valid IP or resolvable host.`)
    }
  }
  if (new Set(types).size !== types.length) {
    refuse(error, 'Invalid client quota entity, duplicate entity type')
  }
  if (types.includes('ip') && types.length > 1) {
    refuse(
      error,
      // Kafka's words, as they are.
      'Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId',
    )
  }
}

function change(
  { image }: Turn,
  entity: Entry['entity'],
  { key, value, remove }: Entry['ops'][number],
): MetadataRecord[] {
  const present = image.clientQuotas.get(quotaKey(entity))?.quotas.get(key)
  if (remove) {
    if (present === undefined) return []
    return [record('clientQuota', 0, { entity, key, value: 0, remove: true })]
  }
  checkValue(entity, key, value)
  if (Object.is(present, value)) return []
  return [record('clientQuota', 0, { entity, key, value, remove: false })]
}

function checkValue(entity: Entry['entity'], key: string, value: number): void {
  const keys: { [key: string]: keyof typeof limits } =
    entity[0]!.entityType === 'ip' ? ipKeys : userKeys
  if (!Object.hasOwn(keys, key)) refuse('INVALID_REQUEST', `Invalid configuration key ${key}`)
  if (value <= 0) refuse('INVALID_REQUEST', `Quota ${key} must be greater than 0`)
  const limit = limits[keys[key]!]
  if (limit === null) return
  if (value > limit.largest) {
    refuse('INVALID_REQUEST', `Proposed value for ${key} is too large for ${limit.words}.`)
  }
  if (value % 1 > 1e-6) refuse('INVALID_REQUEST', `${key} cannot be a fractional value.`)
}
