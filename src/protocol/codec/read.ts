/** Writes the JavaScript that reads a message. Neighbours of fixed size share one check of the bounds. */
import { malformed, type Reader } from '../reader.ts'
import type { Shape } from '../schema.ts'
import {
  type AnyField,
  type Draft,
  defaultOf,
  fieldsOf,
  fixedSizes,
  fresh,
  isCompact,
  isNullable,
  isTagged,
  isThere,
  sizeMin,
  wordsOf,
} from './declared.ts'
import { type UnknownTags, unknownTags } from './tags.ts'

/** What the generated code calls, as `s`. */
export const readSupport = { malformed, unknownTags, absent, unknownTag, int64 }

/** The name of a function that reads the struct; `path` is for the words of a refusal. */
export function structReader(draft: Draft, shape: Shape, path: string): string {
  const name = fresh(draft, 'read')
  const body: string[] = []
  const parts: string[] = []
  const tags: [field: AnyField, local: string, path: string][] = []
  const run: [field: AnyField, local: string][] = []
  const endRun = () => {
    if (run.length > 0) body.push(readRun(draft, run.splice(0)))
  }
  for (const [key, field] of fieldsOf(shape)) {
    const local = fresh(draft, 'f')
    const place = `${path}.${key}`
    parts.push(`${key}: ${local}`)
    if (!isThere(field, draft)) body.push(`const ${local} = ${defaultOf(draft, field)}`)
    else if (isTagged(field, draft)) {
      body.push(`let ${local} = ${defaultOf(draft, field)}`)
      tags.push([field, local, place])
    } else if (field.kind in fixedSizes) run.push([field, local])
    else {
      endRun()
      body.push(`const ${local} = ${readValue(draft, field, place, false)}`)
    }
  }
  endRun()
  const value = `{ ${parts.join(', ')} }`
  if (draft.flexible) body.push(readTags(draft, tags, value))
  else body.push(`return ${value}`)
  draft.functions += `function ${name}(r) {\n${body.join('\n')}\n}\n`
  return name
}

function readRun(draft: Draft, run: [AnyField, string][]): string {
  const at = fresh(draft, 'p')
  const lines: string[] = []
  let size = 0
  for (const [{ kind }, local] of run) {
    lines.push(`const ${local} = ${readFixed(kind, size === 0 ? at : `${at} + ${size}`)}`)
    size += fixedSizes[kind]!
  }
  return [`const ${at} = r.take(${size}), v${at} = r.view`, ...lines]
    .join('\n')
    .replaceAll('VIEW', `v${at}`)
}

function readFixed(kind: string, at: string): string {
  if (kind === 'uuid') return `r.uuidAt(${at})`
  if (kind === 'int64') return `s.int64(VIEW, ${at})`
  if (kind === 'boolean') return `VIEW.getInt8(${at}) !== 0`
  return `VIEW.${getters[kind]}(${at})`
}

const getters: { readonly [kind: string]: string } = {
  int8: 'getInt8',
  int16: 'getInt16',
  uint16: 'getUint16',
  int32: 'getInt32',
  uint32: 'getUint32',
  float64: 'getFloat64',
}

/** An expression that reads a value of a type without a fixed size, or a fixed one that stands alone. */
function readValue(draft: Draft, field: AnyField, path: string, tagged: boolean): string {
  const compact = isCompact(field, draft)
  switch (field.kind) {
    case 'string':
      return readSized(draft, field, path, compact ? 'r.uvarint() - 1' : 'r.int16()', 'string')
    case 'bytes':
    case 'records':
      return readSized(draft, field, path, compact ? 'r.uvarint() - 1' : 'r.int32()', 'bytes')
    case 'array':
      return readArray(draft, field, path)
    case 'struct': {
      const read = `${structReader(draft, field.fields!, path)}(r)`
      if (!isNullable(field, draft)) return read
      return tagged ? `(r.uvarint() === 0 ? null : ${read})` : `(r.int8() < 0 ? null : ${read})`
    }
    default: {
      const size = fixedSizes[field.kind]!
      return readFixed(field.kind, `r.take(${size})`).replace('VIEW', 'r.view')
    }
  }
}

function readSized(
  draft: Draft,
  field: AnyField,
  path: string,
  length: string,
  method: 'string' | 'bytes',
): string {
  const name = fresh(draft, 'sized')
  draft.functions += `function ${name}(r) {
    const n = ${length}
    ${ifAbsent(draft, field, path)}
    return r.${method}(n)
  }\n`
  return `${name}(r)`
}

function readArray(draft: Draft, field: AnyField, path: string): string {
  const of = field.of as AnyField
  const name = fresh(draft, 'array')
  const fixed = fixedSizes[of.kind]
  const elements =
    fixed === undefined
      ? `for (let i = 0; i < n; i++) list[i] = ${readValue(draft, of, path, false)}`
      : `let p = r.take(n * ${fixed})
         const v = r.view
         for (let i = 0; i < n; i++, p += ${fixed}) list[i] = ${readFixed(of.kind, 'p').replace('VIEW', 'v')}`
  draft.functions += `function ${name}(r) {
    const n = ${draft.flexible ? 'r.uvarint() - 1' : 'r.int32()'}
    ${ifAbsent(draft, field, path)}
    if (n === 0) return []
    const list = new Array(r.count(n, ${sizeMin(draft, of)}, ${wordsOf(of)}))
    ${elements}
    return list
  }\n`
  return field.repeats === true ? `r.repeated(${name})` : `${name}(r)`
}

// As Kafka reads it, any negative length means null.
function ifAbsent(draft: Draft, field: AnyField, path: string): string {
  return `if (n < 0) ${isNullable(field, draft) ? 'return null' : `throw s.absent(${JSON.stringify(path)})`}`
}

function readTags(draft: Draft, tags: [AnyField, string, string][], value: string): string {
  const cases = tags.map(([field, local, path]) => {
    const read = readValue(draft, field, path, true)
    return `case ${field.tag}: ${local} = ${read}; break`
  })
  return `
    let left = r.uvarint()
    if (left === 0) return ${value}
    let unknown
    for (; left > 0; left--) {
      const tag = r.uvarint(), size = r.uvarint(), end = r.position + size
      if (size > r.remaining) throw s.malformed('a tagged field of ' + size + ' bytes')
      switch (tag) {
        ${cases.join('\n')}
        default: unknown = s.unknownTag(r, unknown, tag, size)
      }
      if (r.position !== end) throw s.malformed('tagged field ' + tag + ' is not ' + size + ' bytes long')
    }
    const value = ${value}
    if (unknown !== undefined) value[s.unknownTags] = unknown
    return value`
}

// Half of all int64 say 'none' or 'from the start': these two need no new bigint, which costs as much as all the rest.
function int64(view: DataView, at: number): bigint {
  const high = view.getInt32(at)
  if (high === 0 || high === -1) {
    const low = view.getInt32(at + 4)
    if (low === high) return low === 0 ? 0n : -1n
  }
  return view.getBigInt64(at)
}

function unknownTag(
  reader: Reader,
  known: UnknownTags | undefined,
  tag: number,
  size: number,
): UnknownTags {
  const list = known ?? []
  reader.count(1, 0, unknownTagWords)
  list.push({ tag, bytes: reader.bytes(size) })
  return list
}

const unknownTagWords = 6

function absent(path: string): Error {
  return malformed(`${path} is null, which it may not be`)
}
