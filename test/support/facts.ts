/** Schemas as the fact tables tell them (messages.json, records.json), and ours, both drawn at one version. */
import type { Message, Shape, Type } from '../../src/protocol/schema.ts'

export interface FactField {
  name: string
  type: string
  versions: string
  nullableVersions?: string
  taggedVersions?: string
  flexibleVersions?: string
  tag?: number
  default?: unknown
  ignorable?: boolean
  fields?: FactField[]
}

export interface FactMessage {
  versions: string
  flexibleVersions: string
  fields: FactField[]
}

/** A field as it stands at one version, or stands not and what then becomes of a value. */
export interface Drawn {
  name: string
  there: boolean
  type?: string
  default?: unknown
  nullable?: boolean
  tag?: number | undefined
  inflexible?: boolean
  ignorable?: boolean
  fields?: Drawn[] | undefined
}

/** `3+`, `0-2`, `4` or `none`. */
export function within(range: string | undefined, version: number): boolean {
  if (range === undefined || range === 'none') return false
  const [low = '', high] = range.replace('+', '-Infinity').split('-')
  return version >= Number(low) && version <= Number(high ?? low)
}

export function versionsOf(range: string): number[] {
  const [low = 0, high = low] = range.split('-').map(Number)
  return Array.from({ length: high - low + 1 }, (_, index) => low + index)
}

export function drawFacts(fields: FactField[], version: number): Drawn[] {
  return tagsLast(fields, (field) => field.tag).map((field) => {
    if (!within(field.versions, version)) {
      return { name: field.name, there: false, ignorable: field.ignorable ?? false }
    }
    return {
      name: field.name,
      there: true,
      type: field.type,
      default: field.default ?? zeroOfFact(field),
      nullable: within(field.nullableVersions, version),
      tag: within(field.taggedVersions, version) ? field.tag : undefined,
      inflexible: field.flexibleVersions === 'none',
      fields: field.fields && drawFacts(field.fields, version),
    }
  })
}

/** The order of the wire; a declaration has them where Kafka's schema, and so its JSON, has them. */
function tagsLast<T>(fields: T[], tagOf: (field: T) => number | undefined): T[] {
  return fields.toSorted((a, b) => (tagOf(a) ?? -1) - (tagOf(b) ?? -1))
}

type AnyField = Type<unknown> & {
  from?: number
  to?: number
  default?: unknown
  tag?: number
  ignorable?: boolean
}

export function drawDeclared(message: Message, version: number, shape?: Shape): Drawn[] {
  const fields = Object.entries(shape ?? message.fields) as [string, AnyField][]
  return tagsLast(fields, ([, field]) => field.tag).map(([name, field]) => {
    if (version < (field.from ?? 0) || version > (field.to ?? Number.POSITIVE_INFINITY)) {
      return { name, there: false, ignorable: field.ignorable ?? false }
    }
    const structs = field.fields ?? field.of?.fields
    return {
      name,
      there: true,
      type: typeName(field),
      default: declaredDefault(field),
      nullable: version >= (field.nullableFrom ?? Number.POSITIVE_INFINITY),
      tag: version >= message.flexible ? field.tag : undefined,
      inflexible: field.inflexible ?? false,
      fields: structs && drawDeclared(message, version, structs),
    }
  })
}

function typeName(type: Type<unknown>): string {
  return type.kind === 'array' ? `[]${typeName(type.of!)}` : type.kind
}

// As the tables write it: int64 as text, nothing for a struct, an array's and bytes' zero as ''.
function declaredDefault(field: AnyField): unknown {
  const value = 'default' in field ? field.default : field.zero
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0 ? '' : value
  return value
}

function zeroOfFact({ type, default: value }: FactField): unknown {
  if (value === null) return null
  if (type.startsWith('[]') || ['bytes', 'records', 'string'].includes(type)) return ''
  const zeros: { [type: string]: unknown } = {
    boolean: false,
    int64: '0',
    uuid: 'AAAAAAAAAAAAAAAAAAAAAA',
    struct: undefined,
  }
  return type in zeros ? zeros[type] : 0
}
