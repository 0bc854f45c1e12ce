/** JSON as Kafka's tools read it from files: what is asked for must be there and of its type, and they say so in Jackson's words. */
import { javaDouble } from '../../base/java-double.ts'
import { JavaError } from './errors.ts'
import { type Json, JsonFault, type JsonObject, readJackson } from './jackson.ts'

export type { JsonObject }

function mismatch(message: string): JavaError {
  return new JavaError('com.fasterxml.jackson.databind.JsonMappingException', message)
}

/** What a file of blanks holds: no value, and no fault either. */
const missing = Symbol('missing')

/** Undefined for what is no JSON at all. */
export function parseJson(text: string): unknown {
  const read = tryJson(text)
  return read.ok ? read.value : undefined
}

/** The value, or what Jackson says of the text. */
export function tryJson(text: string): { ok: true; value: unknown } | { ok: false; fault: string } {
  if (text === '') return { ok: false, fault: "The input string shouldn't be empty" }
  try {
    const value = readJackson(text)
    return { ok: true, value: value === undefined ? missing : value }
  } catch (error) {
    if (error instanceof JsonFault) return { ok: false, fault: error.message }
    throw error
  }
}

export function jsonObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw mismatch(`Expected JSON object, received ${shown(value)}`)
}

export function jsonArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw mismatch(`Expected JSON array, received ${shown(value)}`)
}

/** An array where the elements are asked for by their type: Kafka's tools then word it otherwise. */
export function jsonList<T>(value: unknown, element: (each: unknown) => T): T[] {
  if (Array.isArray(value)) return value.map((each) => element(each))
  throw mismatch(`Expected \`JSON array\` value, received ${shown(value)}`)
}

export function jsonField(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  throw mismatch(`No such field exists: \`${name}\``)
}

const int32 = { name: 'Integer', bits: 32 } as const
const int64 = { name: 'Long', bits: 64 } as const

export function jsonText(value: unknown): string {
  if (typeof value === 'string') return value
  throw mismatch(`Expected \`String\` value, received ${shown(value)}`)
}

export function jsonInteger(value: unknown): number {
  return Number(whole(value, int32))
}

export function jsonLong(value: unknown): bigint {
  return whole(value, int64)
}

function whole(value: unknown, { name, bits }: typeof int32 | typeof int64): bigint {
  if (typeof value === 'bigint' && BigInt.asIntN(bits, value) === value) return value
  throw mismatch(`Expected \`${name}\` value, received ${shown(value)}`)
}

/** As Jackson writes it. */
function shown(value: unknown): string {
  if (value === missing) return ''
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    return Number.isFinite(value) ? javaDouble(value) : JSON.stringify(String(value))
  }
  if (Array.isArray(value)) return `[${value.map(shown).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value as { [name: string]: Json })
  return `{${fields.map(([name, each]) => `${JSON.stringify(name)}:${shown(each)}`).join(',')}}`
}
