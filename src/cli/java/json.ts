/** JSON as Kafka's tools read it from files: what is asked for must be there and of its type, and they say so in Jackson's words. */
import { JavaError } from './errors.ts'

function mismatch(message: string): JavaError {
  return new JavaError('com.fasterxml.jackson.databind.JsonMappingException', message)
}

export type JsonObject = { readonly [name: string]: unknown }

/** Undefined for what is no JSON at all. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function jsonObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw mismatch(`Expected JSON object, received ${JSON.stringify(value)}`)
}

export function jsonArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw mismatch(`Expected JSON array, received ${JSON.stringify(value)}`)
}

export function jsonField(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  throw mismatch(`No such field exists: \`${name}\``)
}

const int32 = { name: 'Integer', bits: 32 } as const
const int64 = { name: 'Long', bits: 64 } as const

export function jsonText(value: unknown): string {
  if (typeof value === 'string') return value
  throw mismatch(`Expected \`String\` value, received ${JSON.stringify(value)}`)
}

export function jsonInteger(value: unknown): number {
  return Number(whole(value, int32))
}

export function jsonLong(value: unknown): bigint {
  return whole(value, int64)
}

function whole(value: unknown, { name, bits }: typeof int32 | typeof int64): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    const found = BigInt(value)
    if (BigInt.asIntN(bits, found) === found) return found
  }
  throw mismatch(`Expected \`${name}\` value, received ${JSON.stringify(value)}`)
}
