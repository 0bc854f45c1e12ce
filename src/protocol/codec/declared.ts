/** What the makers of readers and writers ask of a declaration at one version. */
import type { Message, Shape, Type } from '../schema.ts'

export type AnyField = Type<unknown> & {
  from?: number
  to?: number
  default?: unknown
  tag?: number
  ignorable?: boolean
}

/** The code of one message at one version, while it grows: functions that call each other, and constants. */
export interface Draft {
  readonly message: string
  readonly version: number
  readonly flexible: boolean
  /** What has no place at this version is left out instead of refused. */
  readonly lenient: boolean
  readonly constants: unknown[]
  functions: string
  names: number
}

export function draftOf(message: Message, version: number): Draft {
  const flexible = version >= message.flexible
  const { name, lenient = false } = message
  return { message: name, version, flexible, lenient, constants: [], functions: '', names: 0 }
}

export const fresh = (draft: Draft, prefix: string): string => `${prefix}${draft.names++}`

export function constant(draft: Draft, value: unknown): string {
  draft.constants.push(value)
  return `c[${draft.constants.length - 1}]`
}

export const fieldsOf = (shape: Shape): [name: string, field: AnyField][] =>
  Object.entries(shape) as [string, AnyField][]

export const isThere = ({ from = 0, to = Infinity }: AnyField, { version }: Draft): boolean =>
  version >= from && version <= to

/** In a version that is not flexible a tagged field has no place at all. */
export const isTagged = ({ tag }: AnyField, { flexible }: Draft): boolean =>
  tag !== undefined && flexible

export const isNullable = ({ nullableFrom }: AnyField, { version }: Draft): boolean =>
  nullableFrom !== undefined && version >= nullableFrom

export const isCompact = ({ inflexible }: AnyField, { flexible }: Draft): boolean =>
  flexible && inflexible !== true

/** Bytes of the types whose size is always the same. */
export const fixedSizes: { readonly [kind: string]: number } = {
  boolean: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
}

/** The size of a whole struct when it is always the same, for its tagged form is then known in advance. */
export function fixedStructSize(draft: Draft, shape: Shape): number | undefined {
  let size = draft.flexible ? 1 : 0
  for (const [, field] of fieldsOf(shape)) {
    if (!isThere(field, draft)) continue
    const fixed = fixedSizes[field.kind]
    if (fixed === undefined || isTagged(field, draft)) return undefined
    size += fixed
  }
  return size
}

/** The fewest bytes that a value can take on the wire. */
export function sizeMin(draft: Draft, field: AnyField): number {
  const fixed = fixedSizes[field.kind]
  if (fixed !== undefined) return fixed
  if (field.kind !== 'struct') {
    return isCompact(field, draft) ? 1 : field.kind === 'string' ? 2 : 4
  }
  if (isNullable(field, draft)) return 1
  let sum = draft.flexible ? 1 : 0
  for (const [, each] of fieldsOf(field.fields!)) {
    if (isThere(each, draft) && !isTagged(each, draft)) sum += sizeMin(draft, each)
  }
  return Math.max(sum, 1)
}

/** About how many words of 32 bytes a value takes in memory, what hangs below it not counted. */
export function wordsOf(field: AnyField): number {
  if (field.kind === 'struct') return 1 + Object.keys(field.fields!).length / 4
  if (field.kind === 'bytes' || field.kind === 'records') return 4
  return field.kind === 'string' || field.kind === 'uuid' ? 2 : field.kind === 'int64' ? 1 : 0.25
}

/** An expression for the value that a fresh message holds. */
export function defaultOf(draft: Draft, field: AnyField): string {
  const value = 'default' in field ? field.default : field.zero
  if (value === null) return 'null'
  if (field.kind === 'array') return '[]'
  if (field.kind === 'struct') {
    const parts = fieldsOf(field.fields!).map(
      ([name, each]) => `${name}: ${defaultOf(draft, each)}`,
    )
    return `{${parts.join(', ')}}`
  }
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return constant(draft, value)
  return JSON.stringify(value)
}
