import { KafkaError } from './errors.ts'
import { malformed, Reader } from './reader.ts'
import type { Api, Message, Sent, Shape, Type, Value } from './schema.ts'
import { Writer } from './writer.ts'

/**
 * Turns declarations into code: for every message and version one straight-line function, made when first used. A
 * reader that walked the declaration each time would spend most of its time on finding out what to do.
 */
export function encode<S extends Shape>(
  schema: Message<S>,
  version: number,
  value: Sent<S>,
): Buffer {
  const writer = new Writer()
  encodeInto(writer, schema, version, value)
  return writer.toBuffer()
}

export function encodeInto<S extends Shape>(
  writer: Writer,
  schema: Message<S>,
  version: number,
  value: Sent<S>,
): void {
  codecOf(schema, version).write(writer, value as Record<string, unknown>)
}

/** Fields that are not there at this version hold their defaults. Throws INVALID_REQUEST for what is malformed. */
export function decode<S extends Shape>(
  schema: Message<S>,
  version: number,
  bytes: Uint8Array,
): Value<S> {
  return decodeFrom(new Reader(bytes), schema, version)
}

export function decodeFrom<S extends Shape>(
  reader: Reader,
  schema: Message<S>,
  version: number,
): Value<S> {
  return codecOf(schema, version).read(reader) as Value<S>
}

/** Tagged fields that we do not know, kept on the struct they came with, as Kafka keeps them (KIP-482). */
export const unknownTags = Symbol('unknown tagged fields')
export type UnknownTags = { tag: number; bytes: Uint8Array }[]

/** Header versions follow from the body's: a flexible request has 2, its response 1, but ApiVersions answers with 0. */
export function requestHeaderVersion(api: Api, version: number): 1 | 2 {
  return version >= api.flexible ? 2 : 1
}

const apiVersionsKey = 18

export function responseHeaderVersion(api: Api, version: number): 0 | 1 {
  return version >= api.flexible && api.key !== apiVersionsKey ? 1 : 0
}

interface Codec {
  read(reader: Reader): Record<string, unknown>
  write(writer: Writer, value: Record<string, unknown>): void
}

const codecs = new WeakMap<Shape, Codec[]>()

function codecOf(schema: Message, version: number): Codec {
  const known = codecs.get(schema.fields) ?? []
  if (known.length === 0) codecs.set(schema.fields, known)
  known[version] ??= compile(schema, version)
  return known[version]
}

function compile(schema: Message, version: number): Codec {
  const flexible = version >= schema.flexible
  const constants: unknown[] = []
  const compiler: Compiler = { version, flexible, constants, names: 0, schema: schema.name }
  const read = `const r = reader; return ${readStruct(compiler, schema.fields)}`
  const write = writeStruct(compiler, schema.fields, 'value')
  const support = { malformed, unknownTags, Writer, refuse, readUnknown, hasTags }
  // The source is made of declarations in this project alone; nothing received ever gets into it.
  const build = new Function(
    'c',
    's',
    `return {
      read(reader) { ${compiler.reads ?? ''} ${read} },
      write(w, value) { ${write} },
    }`,
  )
  return build(constants, support) as Codec
}

interface Compiler {
  version: number
  flexible: boolean
  constants: unknown[]
  names: number
  schema: string
  reads?: string
}

type AnyField = Type<unknown> & {
  from?: number
  to?: number
  default?: unknown
  tag?: number
  ignorable?: boolean
}

const isThere = (field: AnyField, version: number): boolean =>
  version >= (field.from ?? 0) && version <= (field.to ?? Number.POSITIVE_INFINITY)

const isTagged = (compiler: Compiler, field: AnyField): boolean =>
  field.tag !== undefined && compiler.flexible

const isNullable = (field: AnyField, version: number): boolean =>
  field.nullableFrom !== undefined && version >= field.nullableFrom

function constant(compiler: Compiler, value: unknown): string {
  compiler.constants.push(value)
  return `c[${compiler.constants.length - 1}]`
}

const fresh = (compiler: Compiler, prefix: string): string => `${prefix}${compiler.names++}`

/** An expression for the value that a fresh message holds. */
function defaultOf(compiler: Compiler, field: AnyField): string {
  const value = 'default' in field ? field.default : field.zero
  if (value === null) return 'null'
  if (field.kind === 'array') return '[]'
  if (field.kind === 'struct') {
    const parts = Object.entries(field.fields!).map(
      ([name, each]) => `${name}: ${defaultOf(compiler, each)}`,
    )
    return `{${parts.join(', ')}}`
  }
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return constant(compiler, value)
  return JSON.stringify(value)
}

// ---- reading

/** An expression that reads a struct. Statements go into a function of their own, so that V8 compiles each hot. */
function readStruct(compiler: Compiler, fields: Shape): string {
  const name = fresh(compiler, 'read')
  const body: string[] = []
  const parts: string[] = []
  const tags: [AnyField, string][] = []
  for (const [key, field] of Object.entries(fields) as [string, AnyField][]) {
    const local = fresh(compiler, 'f')
    parts.push(`${key}: ${local}`)
    if (!isThere(field, compiler.version)) {
      body.push(`const ${local} = ${defaultOf(compiler, field)};`)
    } else if (isTagged(compiler, field)) {
      body.push(`let ${local} = ${defaultOf(compiler, field)};`)
      tags.push([field, local])
    } else {
      body.push(`const ${local} = ${readValue(compiler, field, false)};`)
    }
  }
  if (!compiler.flexible) {
    compiler.reads = `${compiler.reads ?? ''}
      function ${name}(r) { ${body.join('\n')} return { ${parts.join(', ')} } }`
    return `${name}(r)`
  }
  const cases = tags.map(
    ([field, local]) =>
      `case ${field.tag}: { ${local} = ${readValue(compiler, field, true)}; break }`,
  )
  compiler.reads = `${compiler.reads ?? ''}
    function ${name}(r) {
      ${body.join('\n')}
      let unknown
      for (let left = r.uvarint(); left > 0; left--) {
        const tag = r.uvarint(), size = r.uvarint(), end = r.position + size
        if (size > r.remaining) throw s.malformed('tagged field ' + tag + ' of ' + size + ' bytes')
        switch (tag) {
          ${cases.join('\n')}
          default: unknown = s.readUnknown(r, unknown, tag, size)
        }
        if (r.position !== end) throw s.malformed('tagged field ' + tag + ' is not ' + size + ' bytes')
      }
      const value = { ${parts.join(', ')} }
      if (unknown !== undefined) value[s.unknownTags] = unknown
      return value
    }`
  return `${name}(r)`
}

function readUnknown(
  reader: Reader,
  known: UnknownTags | undefined,
  tag: number,
  size: number,
): UnknownTags {
  const list = known ?? []
  list.push({ tag, bytes: reader.bytes(size) })
  return list
}

function readValue(compiler: Compiler, field: AnyField, tagged: boolean): string {
  const compact = compiler.flexible && field.inflexible !== true
  const nullable = isNullable(field, compiler.version)
  switch (field.kind) {
    case 'string':
      return readSized(compiler, compact ? 'r.uvarint() - 1' : 'r.int16()', nullable, 'string')
    case 'bytes':
    case 'records':
      return readSized(compiler, compact ? 'r.uvarint() - 1' : 'r.int32()', nullable, 'bytes')
    case 'array':
      return readArray(compiler, field, nullable)
    case 'struct': {
      const read = readStruct(compiler, field.fields!)
      if (!nullable) return read
      return tagged ? `(r.uvarint() === 0 ? null : ${read})` : `(r.int8() < 0 ? null : ${read})`
    }
    default:
      return `r.${field.kind}()`
  }
}

function readSized(compiler: Compiler, length: string, nullable: boolean, kind: string): string {
  const name = fresh(compiler, 'sized')
  const absent = nullable ? 'return null' : `throw s.malformed('null where a ${kind} must be')`
  compiler.reads = `${compiler.reads ?? ''}
    function ${name}(r) { const n = ${length}; if (n < 0) ${absent}; return r.${kind}(n) }`
  return `${name}(r)`
}

function readArray(compiler: Compiler, field: AnyField, nullable: boolean): string {
  const of = field.of as AnyField
  const element = readValue(compiler, of, false)
  const name = fresh(compiler, 'array')
  const length = compiler.flexible ? 'r.uvarint() - 1' : 'r.int32()'
  const absent = nullable ? 'return null' : "throw s.malformed('null where an array must be')"
  compiler.reads = `${compiler.reads ?? ''}
    function ${name}(r) {
      const n = ${length}
      if (n < 0) ${absent}
      const list = new Array(r.count(n, ${sizeMin(compiler, of)}))
      for (let i = 0; i < n; i++) list[i] = ${element}
      return list
    }`
  return `${name}(r)`
}

const sizes: Record<string, number> = {
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

/** The fewest bytes that a value can take; a count that cannot fit is refused before an array is made. */
function sizeMin(compiler: Compiler, field: AnyField): number {
  if (field.kind === 'struct') {
    if (isNullable(field, compiler.version)) return 1
    let sum = compiler.flexible ? 1 : 0
    for (const each of Object.values(field.fields!) as AnyField[]) {
      if (!isThere(each, compiler.version) || isTagged(compiler, each)) continue
      sum += sizeMin(compiler, each)
    }
    return Math.max(sum, 1)
  }
  const fixed = sizes[field.kind]
  if (fixed !== undefined) return fixed
  if (compiler.flexible) return 1
  return field.kind === 'string' ? 2 : 4
}

// ---- writing

function writeStruct(compiler: Compiler, fields: Shape, from: string): string {
  const lines: string[] = []
  const tags: [string, AnyField, string][] = []
  for (const [key, field] of Object.entries(fields) as [string, AnyField][]) {
    if (!isThere(field, compiler.version)) {
      if (field.ignorable !== true) lines.push(refuseUnlessDefault(compiler, key, field, from))
      continue
    }
    const local = fresh(compiler, 'v')
    lines.push(`let ${local} = ${from}.${key};`)
    if (hasDefault(field)) {
      lines.push(`if (${local} === undefined) ${local} = ${defaultOf(compiler, field)};`)
    }
    if (isTagged(compiler, field)) tags.push([key, field, local])
    else lines.push(writeValue(compiler, field, local, false))
  }
  if (compiler.flexible) lines.push(writeTags(compiler, tags, from))
  return lines.join('\n')
}

// Kafka's own classes are born with a default in every field; ours may be left out only where one is declared.
const hasDefault = (field: AnyField): boolean => 'optional' in field || field.kind === 'struct'

function refuseUnlessDefault(
  compiler: Compiler,
  key: string,
  field: AnyField,
  from: string,
): string {
  const local = fresh(compiler, 'v')
  return `const ${local} = ${from}.${key}
    if (${local} !== undefined && ${differs(compiler, field, local)}) s.refuse(${JSON.stringify(
      `${compiler.schema} version ${compiler.version} has no field ${key}`,
    )})`
}

function refuse(message: string): never {
  throw new KafkaError('UNSUPPORTED_VERSION', message)
}

/** An expression: is the value another one than the default? */
function differs(compiler: Compiler, field: AnyField, local: string): string {
  const value = 'default' in field ? field.default : field.zero
  if (value === null) return `${local} !== null`
  if (field.kind === 'array' || field.kind === 'bytes' || field.kind === 'records') {
    return `(${local} === null || ${local}.length !== 0)`
  }
  if (field.kind === 'struct') {
    const parts = (Object.entries(field.fields!) as [string, AnyField][]).map(
      ([name, each]) =>
        `(${local}.${name} !== undefined && ${differs(compiler, each, `${local}.${name}`)})`,
    )
    const tags = `s.hasTags(${local})`
    return `(${local} === null || ${[...parts, tags].join(' || ')})`
  }
  return `${local} !== ${defaultOf(compiler, field)}`
}

function hasTags(value: { [unknownTags]?: UnknownTags }): boolean {
  return value[unknownTags] !== undefined
}

function writeValue(compiler: Compiler, field: AnyField, local: string, tagged: boolean): string {
  const compact = compiler.flexible && field.inflexible !== true
  const nullable = isNullable(field, compiler.version)
  const absent = (marker: string) =>
    nullable
      ? `if (${local} === null) { ${marker} } else`
      : `if (${local} === null) s.refuse('null in a field that may not be null'); else`
  switch (field.kind) {
    case 'string': {
      const some = `w.${compact ? 'compactString' : 'string'}(${local})`
      return `${absent(compact ? `w.uvarint(0)` : `w.int16(-1)`)} { ${some} }`
    }
    case 'bytes':
    case 'records': {
      const length = compact ? `w.uvarint(${local}.length + 1)` : `w.int32(${local}.length)`
      const none = compact ? `w.uvarint(0)` : `w.int32(-1)`
      return `${absent(none)} { ${length}; w.raw(${local}) }`
    }
    case 'array': {
      const i = fresh(compiler, 'i')
      const each = fresh(compiler, 'e')
      const length = compiler.flexible
        ? `w.uvarint(${local}.length + 1)`
        : `w.int32(${local}.length)`
      const none = compiler.flexible ? `w.uvarint(0)` : `w.int32(-1)`
      return `${absent(none)} {
        ${length}
        for (let ${i} = 0; ${i} < ${local}.length; ${i}++) {
          const ${each} = ${local}[${i}]
          ${writeValue(compiler, field.of as AnyField, each, false)}
        }
      }`
    }
    case 'struct': {
      const body = writeStruct(compiler, field.fields!, local)
      if (!nullable) return `{ ${body} }`
      const [none, some] = tagged ? [`w.uvarint(0)`, `w.uvarint(1)`] : [`w.int8(-1)`, `w.int8(1)`]
      return `if (${local} === null) { ${none} } else { ${some}; ${body} }`
    }
    default:
      return `w.${field.kind}(${local})`
  }
}

function writeTags(compiler: Compiler, tags: [string, AnyField, string][], from: string): string {
  const sorted = [...tags].sort(([, a], [, b]) => a.tag! - b.tag!)
  const present = sorted.map(([, field, local]) => {
    const flag = fresh(compiler, 't')
    return { field, local, flag, test: differs(compiler, field, local) }
  })
  const unknown = fresh(compiler, 'u')
  const count = ['0', ...present.map(({ flag }) => `(${flag} ? 1 : 0)`)].join(' + ')
  return `
    const ${unknown} = ${from}[s.unknownTags]
    ${present.map(({ flag, test }) => `const ${flag} = ${test}`).join('\n')}
    if (${unknown} === undefined) w.uvarint(${count}); else w.uvarint(${count} + ${unknown}.length)
    ${present
      .map(
        ({ field, local, flag }) => `if (${flag}) {
          const inner = new s.Writer();
          ${writeTagged(compiler, field, local)}
          const bytes = inner.toBuffer()
          w.uvarint(${field.tag}); w.uvarint(bytes.length); w.raw(bytes)
        }`,
      )
      .join('\n')}
    if (${unknown} !== undefined) for (const each of ${unknown}) {
      w.uvarint(each.tag); w.uvarint(each.bytes.length); w.raw(each.bytes)
    }`
}

function writeTagged(compiler: Compiler, field: AnyField, local: string): string {
  return `((w) => { ${writeValue(compiler, field, local, true)} })(inner)`
}
