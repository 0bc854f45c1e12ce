/** Between a message's value here and the way in which the vectors write it (their README: "How content is written"). */
import type { Message, Shape, Type } from '../../src/protocol/schema.ts'

type AnyField = Type<unknown> & { from?: number; to?: number; default?: unknown; tag?: number }
type Content = { [name: string]: unknown }

/** What `encode` takes. Fields that the content does not name stay out: they have their defaults. */
export function valueFrom({ fields }: Message, content: Content): Content {
  const value: Content = {}
  for (const [name, each] of Object.entries(content)) {
    const field = fields[name]
    if (field === undefined) throw new Error(`no field ${name} is declared`)
    value[name] = convert(field as AnyField, each)
  }
  return value
}

function convert(field: AnyField, content: unknown): unknown {
  if (content === null) return null
  switch (field.kind) {
    case 'int64':
      return BigInt(content as string)
    case 'bytes':
    case 'records':
      return Buffer.from(content as string, 'base64')
    case 'array':
      return (content as unknown[]).map((each) => convert(field.of as AnyField, each))
    case 'struct':
      return valueFrom({ fields: field.fields! } as Message, content as Content)
    default:
      return content
  }
}

/** What the vectors say of a value that `decode` gave: fields of this version, tagged ones where they were sent. */
export function contentOf(message: Message, version: number, value: Content): Content {
  return structContent(message.fields, version, version >= message.flexible, value)
}

function structContent(fields: Shape, version: number, flexible: boolean, value: Content): Content {
  const content: Content = {}
  for (const [name, field] of Object.entries(fields) as [string, AnyField][]) {
    if (version < (field.from ?? 0) || version > (field.to ?? Number.POSITIVE_INFINITY)) continue
    const each = fieldContent(field, version, flexible, value[name])
    if (field.tag !== undefined && flexible) {
      const unset = fieldContent(field, version, flexible, unsetValue(field))
      if (JSON.stringify(each) === JSON.stringify(unset)) continue
    }
    content[name] = each
  }
  return content
}

function fieldContent(field: AnyField, version: number, flexible: boolean, value: unknown) {
  if (value === null) return null
  switch (field.kind) {
    case 'int64':
      return String(value)
    case 'bytes':
    case 'records':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'array':
      return (value as unknown[]).map((each): unknown =>
        fieldContent(field.of as AnyField, version, flexible, each),
      )
    case 'struct':
      return structContent(field.fields!, version, flexible, value as Content)
    default:
      return value
  }
}

function unsetValue(field: AnyField): unknown {
  if ('default' in field) return field.default
  if (field.kind !== 'struct') return field.zero
  const entries = Object.entries(field.fields!) as [string, AnyField][]
  return Object.fromEntries(entries.map(([name, each]) => [name, unsetValue(each)]))
}
