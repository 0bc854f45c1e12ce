/** Writes the JavaScript that writes a message. What cannot be written is refused with the name of the field. */
import { KafkaError } from '../errors.ts'
import type { Shape } from '../schema.ts'
import { Writer } from '../writer.ts'
import {
  type AnyField,
  type Draft,
  defaultOf,
  fieldsOf,
  fixedSizes,
  fixedStructSize,
  fresh,
  isCompact,
  isNullable,
  isTagged,
  isThere,
} from './declared.ts'
import { type UnknownTags, unknownTags, writeUnknownTags } from './tags.ts'

/** What the generated code calls, as `s`. */
export const writeSupport = { Writer, unknownTags, writeUnknownTags, refuse, noField, hasTags }

type Tagged = [field: AnyField, local: string, path: string]

/** The name of a function that writes the struct; `path` is for the words of a refusal. */
export function structWriter(draft: Draft, shape: Shape, path: string): string {
  const name = fresh(draft, 'write')
  const body: string[] = []
  const tags: Tagged[] = []
  const run: Tagged[] = []
  const endRun = () => {
    if (run.length > 0) body.push(writeRun(draft, run.splice(0)))
  }
  for (const [key, field] of fieldsOf(shape)) {
    const local = fresh(draft, 'v')
    const place = `${path}.${key}`
    if (!isThere(field, draft)) {
      if (!draft.lenient && field.ignorable !== true) {
        body.push(refuseUnlessDefault(draft, key, field, local, place))
      }
      continue
    }
    body.push(`let ${local} = value.${key}`)
    if (hasDefault(field)) {
      body.push(`if (${local} === undefined) ${local} = ${defaultOf(draft, field)}`)
    }
    if (isTagged(field, draft)) tags.push([field, local, place])
    else if (field.kind in fixedSizes) run.push([field, local, place])
    else {
      endRun()
      body.push(writeValue(draft, field, local, place, false))
    }
  }
  endRun()
  if (draft.flexible) body.push(writeTags(draft, tags))
  draft.functions += `function ${name}(w, value) {\n${body.join('\n')}\n}\n`
  return name
}

// Kafka's own classes are born with a default in every field; ours may be left out only where one is declared.
const hasDefault = (field: AnyField): boolean => 'optional' in field || field.kind === 'struct'

function writeRun(draft: Draft, run: Tagged[]): string {
  const at = fresh(draft, 'p')
  const lines: string[] = []
  let size = 0
  for (const [field, local, path] of run) {
    lines.push(writeFixed(field.kind, size === 0 ? at : `${at} + ${size}`, local, path))
    size += fixedSizes[field.kind]!
  }
  const head = `const ${at} = w.reserve(${size}), w${at} = w.view`
  return [head, ...lines].join('\n').replaceAll('VIEW', `w${at}`)
}

function writeFixed(kind: string, at: string, local: string, path: string): string {
  const refusal = `s.refuse(${JSON.stringify(path)}, '${kind}', ${local})`
  if (kind === 'uuid') return `if (!w.uuidAt(${at}, ${local})) ${refusal}`
  const { test, put } = fixed[kind]!
  return `if (${test.replaceAll('$', local)}) ${refusal}
    VIEW.${put.replace('AT', at).replace('$', local)}`
}

/**
 * For each type when a value is none, and how it is put into a DataView. A bigint is not measured, for that would cost as
 * much as writing it, and all of ours come from int64 fields: one that is too large loses its upper bits.
 */
const fixed: { readonly [kind: string]: { test: string; put: string } } = {
  boolean: { test: "typeof $ !== 'boolean'", put: 'setInt8(AT, $ ? 1 : 0)' },
  int8: { test: '$ << 24 >> 24 !== $', put: 'setInt8(AT, $)' },
  int16: { test: '$ << 16 >> 16 !== $', put: 'setInt16(AT, $)' },
  uint16: { test: '($ & 0xffff) !== $', put: 'setUint16(AT, $)' },
  int32: { test: '($ | 0) !== $', put: 'setInt32(AT, $)' },
  uint32: { test: '$ >>> 0 !== $', put: 'setUint32(AT, $)' },
  int64: { test: "typeof $ !== 'bigint'", put: 'setBigInt64(AT, $)' },
  float64: { test: "typeof $ !== 'number'", put: 'setFloat64(AT, $)' },
}

function writeValue(
  draft: Draft,
  field: AnyField,
  local: string,
  path: string,
  tagged: boolean,
): string {
  const compact = isCompact(field, draft)
  const refusal = `s.refuse(${JSON.stringify(path)}, '${field.kind}', ${local})`
  const unlessNull = (none: string, some: string) =>
    isNullable(field, draft) ? `if (${local} === null) ${none}; else { ${some} }` : some
  switch (field.kind) {
    case 'string':
      return unlessNull(
        compact ? 'w.uvarint(0)' : 'w.int16(-1)',
        `if (typeof ${local} !== 'string') ${refusal}
         w.${compact ? 'compactString' : 'string'}(${local})`,
      )
    case 'bytes':
    case 'records':
      return unlessNull(
        compact ? 'w.uvarint(0)' : 'w.int32(-1)',
        `if (!(${local} instanceof Uint8Array)) ${refusal}
         ${compact ? `w.uvarint(${local}.length + 1)` : `w.int32(${local}.length)`}
         w.raw(${local})`,
      )
    case 'array':
      return unlessNull(
        draft.flexible ? 'w.uvarint(0)' : 'w.int32(-1)',
        `if (!Array.isArray(${local})) ${refusal}
         ${field.repeats === true ? writeRepeated(draft, field, local, path) : writeArray(draft, field.of as AnyField, local, path)}`,
      )
    case 'struct': {
      const write = structWriter(draft, field.fields!, path)
      const some = `if (typeof ${local} !== 'object' || ${local} === null) ${refusal}
        ${write}(w, ${local})`
      if (!isNullable(field, draft)) return some
      return tagged
        ? unlessNull('w.uvarint(0)', `w.uvarint(1); ${some}`)
        : unlessNull('w.int8(-1)', `w.int8(1); ${some}`)
    }
    default:
      return writeRun(draft, [[field, local, path]])
  }
}

function writeRepeated(draft: Draft, field: AnyField, local: string, path: string): string {
  const name = fresh(draft, 'list')
  const body = writeArray(draft, field.of as AnyField, 'list', path)
  draft.functions += `function ${name}(w, list) {\n${body}\n}\n`
  return `w.repeated(${local}, ${name})`
}

function writeArray(draft: Draft, of: AnyField, local: string, path: string): string {
  const length = draft.flexible ? `w.uvarint(${local}.length + 1)` : `w.int32(${local}.length)`
  const i = fresh(draft, 'i')
  const each = fresh(draft, 'e')
  const fixedSize = fixedSizes[of.kind]
  if (fixedSize === undefined) {
    return `${length}
      for (let ${i} = 0; ${i} < ${local}.length; ${i}++) {
        const ${each} = ${local}[${i}]
        ${writeValue(draft, of, each, path, false)}
      }`
  }
  const at = fresh(draft, 'p')
  return `${length}
    let ${at} = w.reserve(${local}.length * ${fixedSize})
    for (let ${i} = 0; ${i} < ${local}.length; ${i}++, ${at} += ${fixedSize}) {
      const ${each} = ${local}[${i}]
      ${writeFixed(of.kind, at, each, path).replaceAll('VIEW', 'w.view')}
    }`
}

/** An expression: is the value another one than the default? Only then does a tagged field go out. */
function differs(draft: Draft, field: AnyField, local: string): string {
  const value = 'default' in field ? field.default : field.zero
  if (value === null) return `${local} !== null`
  if (field.kind === 'array' || field.kind === 'bytes' || field.kind === 'records') {
    return `(${local} === null || ${local}.length !== 0)`
  }
  if (field.kind === 'struct') {
    const parts = fieldsOf(field.fields!).map(([name, each]) => {
      const inner = `${local}.${name}`
      return `(${inner} !== undefined && ${differs(draft, each, inner)})`
    })
    return `(${local} === null || ${[...parts, `s.hasTags(${local})`].join(' || ')})`
  }
  return `${local} !== ${defaultOf(draft, field)}`
}

function refuseUnlessDefault(
  draft: Draft,
  key: string,
  field: AnyField,
  local: string,
  path: string,
): string {
  const test = `${local} !== undefined && ${differs(draft, field, local)}`
  return `const ${local} = value.${key}
    if (${test}) s.noField(${JSON.stringify(path)}, ${draft.version})`
}

function writeTags(draft: Draft, tags: Tagged[]): string {
  const sorted = tags
    .toSorted(([a], [b]) => a.tag! - b.tag!)
    .map(([field, local, path]) => ({ field, local, path, flag: fresh(draft, 't') }))
  const count = ['0', ...sorted.map(({ flag }) => `(${flag} ? 1 : 0)`)].join(' + ')
  const lines = sorted.map(
    ({ field, local, flag }) => `const ${flag} = ${differs(draft, field, local)}`,
  )
  lines.push(
    'const unknown = value[s.unknownTags]',
    `w.uvarint(unknown === undefined ? ${count} : ${count} + unknown.length)`,
  )
  let above = -1
  if (sorted.length > 0) lines.push('let next = 0')
  for (const { field, local, path, flag } of sorted) {
    lines.push(
      `if (unknown !== undefined) next = s.writeUnknownTags(w, unknown, next, ${above}, ${field.tag})`,
      `if (${flag}) { w.uvarint(${field.tag}); ${writeTagged(draft, field, local, path)} }`,
    )
    above = field.tag!
  }
  const next = sorted.length > 0 ? 'next' : '0'
  lines.push(
    `if (unknown !== undefined) s.writeUnknownTags(w, unknown, ${next}, ${above}, Infinity)`,
  )
  return lines.join('\n')
}

/** A tagged field's size stands before it: known for what is of fixed size, else the field is written aside first. */
function writeTagged(draft: Draft, field: AnyField, local: string, path: string): string {
  const write = writeValue(draft, field, local, path, true)
  const size =
    fixedSizes[field.kind] ??
    (field.kind === 'struct' && !isNullable(field, draft)
      ? fixedStructSize(draft, field.fields!)
      : undefined)
  if (size !== undefined) {
    return `if (s.hasTags(${local})) ${aside(write)} else { w.uvarint(${size}); ${write} }`
  }
  return aside(write)
}

function aside(write: string): string {
  return `{
    const bytes = ((w) => { ${write}; return w.toBuffer() })(new s.Writer())
    w.uvarint(bytes.length)
    w.raw(bytes)
  }`
}

function hasTags(value: { [unknownTags]?: UnknownTags }): boolean {
  return value[unknownTags] !== undefined
}

function refuse(path: string, kind: string, value: unknown): never {
  const text = typeof value === 'object' && value !== null ? 'an object' : String(value)
  throw new KafkaError('INVALID_REQUEST', `${path} must be of type ${kind}, not ${text}`)
}

function noField(path: string, version: number): never {
  throw new KafkaError('UNSUPPORTED_VERSION', `${path} does not exist in version ${version}`)
}
