import { type Draft, draftOf } from './codec/declared.ts'
import { readSupport, structReader } from './codec/read.ts'
import { structWriter, writeSupport } from './codec/write.ts'
import { KafkaError } from './errors.ts'
import { Reader } from './reader.ts'
import type { Api, Message, Sent, Shape, Value } from './schema.ts'
import { Writer } from './writer.ts'

export { type UnknownTags, unknownTags } from './codec/tags.ts'

/**
 * Turns declarations into code: for every message and version a reader and a writer, each made when first used. A reader that
 * walked the declaration each time would spend most of its time on finding out what to do.
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

/** Throws INVALID_REQUEST for a value that has no bytes, UNSUPPORTED_VERSION for one that this version cannot carry. */
export function encodeInto<S extends Shape>(
  writer: Writer,
  schema: Message<S>,
  version: number,
  value: Sent<S>,
): void {
  writerOf(schema, version)(writer, value as Record<string, unknown>)
}

/**
 * Fields that are not there at this version hold their defaults. Throws INVALID_REQUEST for what is malformed. Bytes behind
 * the message are no fault: Kafka does not look at them either.
 */
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
  return readerOf(schema, version)(reader) as Value<S>
}

/** Header versions follow from the body's: a flexible request has 2, its response 1, but ApiVersions answers with 0. */
export function requestHeaderVersion(api: Api, version: number): 1 | 2 {
  return version >= api.flexible ? 2 : 1
}

const apiVersionsKey = 18

export function responseHeaderVersion(api: Api, version: number): 0 | 1 {
  return version >= api.flexible && api.key !== apiVersionsKey ? 1 : 0
}

type Read = (reader: Reader) => Record<string, unknown>
type Write = (writer: Writer, value: Record<string, unknown>) => void

// Apart, because a client only writes requests and only reads responses: a tool that runs for a moment makes half the code.
const readers = new WeakMap<Shape, Read[]>()
const writers = new WeakMap<Shape, Write[]>()

function readerOf(schema: Message, version: number): Read {
  return readers.get(schema.fields)?.[version] ?? remember(readers, schema, version, structReader)
}

function writerOf(schema: Message, version: number): Write {
  return writers.get(schema.fields)?.[version] ?? remember(writers, schema, version, structWriter)
}

function remember<F>(
  made: WeakMap<Shape, F[]>,
  schema: Message,
  version: number,
  make: (draft: Draft, shape: Shape, path: string) => string,
): F {
  const [lowest, highest] = schema.versions
  if (!(version >= lowest && version <= highest)) {
    throw new KafkaError('UNSUPPORTED_VERSION', `${schema.name} has no version ${version}`)
  }
  const draft = draftOf(schema, version)
  const name = make(draft, schema.fields, schema.name)
  // The source is made of declarations in this project alone; nothing received ever gets into it.
  const build = new Function('c', 's', `${draft.functions} return ${name}`)
  const known = made.get(schema.fields) ?? []
  made.set(schema.fields, known)
  known[version] = build(draft.constants, support)
  return known[version]!
}

const support = { ...readSupport, ...writeSupport }
