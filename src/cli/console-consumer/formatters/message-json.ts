import { javaDouble } from '../../../base/java-double.ts'
import type { Message, Shape, Type } from '../../../protocol/schema.ts'

type Field = Type<unknown> & { from?: number; to?: number; tag?: number; default?: unknown }

/**
 * A message as JSON in the form of Kafka's own converters: fields in the schema's order, bytes in base64, int64 as plain
 * numbers, a tagged field only where it differs from its default.
 */
export function messageJson(
  schema: Message,
  version: number,
  value: object,
  bytesJson: BytesJson = base64Json,
): string {
  return structJson(schema.fields, { version, bytesJson }, value as Record<string, unknown>)
}

/** What bytes of a field become; base64 where nothing better is known. */
export type BytesJson = (bytes: Uint8Array, field: string) => string
type How = { version: number; bytesJson: BytesJson }

export const base64Json: BytesJson = (bytes) => `"${Buffer.from(bytes).toString('base64')}"`

function structJson(fields: Shape, how: How, value: Record<string, unknown>): string {
  const { version } = how
  const members: string[] = []
  for (const [name, field] of Object.entries(fields) as [string, Field][]) {
    if (version < (field.from ?? 0) || version > (field.to ?? Number.POSITIVE_INFINITY)) continue
    if (field.tag !== undefined && isDefault(field, value[name])) continue
    members.push(`${jsonText(name)}:${valueJson(field, how, value[name], name)}`)
  }
  return `{${members.join(',')}}`
}

function isDefault(field: Field, value: unknown): boolean {
  // A struct has no default but a fresh one, whatever may be null beside it.
  if (field.kind === 'struct') return isFresh(field.fields!, value)
  const preset = field.default === undefined ? field.zero : field.default
  if (Array.isArray(value)) return Array.isArray(preset) && value.length === 0
  return value === preset
}

function isFresh(fields: Shape, value: unknown): boolean {
  if (value === null || value === undefined) return false
  return Object.entries(fields).every(([name, field]) =>
    isDefault(field as Field, (value as Record<string, unknown>)[name]),
  )
}

function valueJson(type: Type<unknown>, how: How, value: unknown, name: string): string {
  if (value === null || value === undefined) return 'null'
  switch (type.kind) {
    case 'struct':
      return structJson(type.fields!, how, value as Record<string, unknown>)
    case 'array': {
      const items = value as readonly unknown[]
      return `[${items.map((item) => valueJson(type.of!, how, item, name)).join(',')}]`
    }
    case 'bytes':
    case 'records':
      return how.bytesJson(value as Uint8Array, name)
    case 'string':
    case 'uuid':
      return jsonText(value as string)
    case 'float64':
      return javaDouble(value as number)
    default:
      return String(value)
  }
}

// As Jackson writes it: the digits of an escaped control character are upper case.
export function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll(/\\u[0-9a-f]{4}/g, (escaped) => {
    return `\\u${escaped.slice(2).toUpperCase()}`
  })
}
