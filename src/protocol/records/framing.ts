/**
 * What surrounds a message inside a record.
 *
 *   metadata        value:  | frame version 1 | type | version | message |      three unsigned varints
 *   coordinators    key:    | type | message of version 0 |                     int16
 *                   value:  | version | message |                               int16
 *   members' bytes          | version | message |                               int16
 */
import { decodeFrom, encodeInto } from '../codec.ts'
import { KafkaError } from '../errors.ts'
import { Reader } from '../reader.ts'
import type { Message, RecordSchema, SentOf, Shape, ValueOf } from '../schema.ts'
import { Writer } from '../writer.ts'
import { type CoordinatorRecords, metadataRecords } from './registry.ts'

/** A message with the declaration that tells what it is. */
export interface Decoded<S extends Message = Message> {
  readonly schema: S
  readonly version: number
  readonly value: ValueOf<S>
}

const frameVersion = 1
const recordBytesUsual = 128

export function encodeMetadataRecord<S extends RecordSchema>(
  schema: S,
  version: number,
  value: SentOf<S>,
): Buffer {
  const writer = new Writer(recordBytesUsual)
  writer.uvarint(frameVersion)
  writer.uvarint(schema.type)
  writer.uvarint(version)
  encodeInto(writer, schema as Message, version, value as object)
  return writer.toBuffer()
}

/** Throws for what this version of the software does not know: going on would forget what the record says. */
export function decodeMetadataRecord(bytes: Uint8Array): Decoded<RecordSchema> {
  const reader = new Reader(bytes)
  const frame = reader.uvarint()
  if (frame !== frameVersion) throw unknown(`a metadata record in a frame of version ${frame}`)
  const type = reader.uvarint()
  const version = reader.uvarint()
  const schema = metadataRecords.get(type)
  if (schema === undefined) throw unknown(`a metadata record of type ${type}`)
  return { schema, version, value: decodeKnown(reader, schema, version) }
}

/** The key of a coordinator's record: offsetCommitKey, transactionLogKey … */
export function encodeKey<S extends RecordSchema>(schema: S, value: SentOf<S>): Buffer {
  const writer = new Writer(recordBytesUsual)
  writer.int16(schema.type)
  encodeInto(writer, schema as Message, 0, value as object)
  return writer.toBuffer()
}

/** `undefined` for a type that we do not know: a newer coordinator's, which Kafka too skips when it loads a partition. */
export function decodeKey(
  records: CoordinatorRecords,
  bytes: Uint8Array,
): Decoded<RecordSchema> | undefined {
  const reader = new Reader(bytes)
  const schema = records.keys.get(reader.int16())
  return schema && { schema, version: 0, value: decodeFrom(reader, schema, 0) }
}

/** A message behind its int16 version: values of coordinators, bytes of group members, principals. */
export function encodeVersioned<S extends Message>(
  schema: S,
  version: number,
  value: SentOf<S>,
): Buffer {
  const writer = new Writer(recordBytesUsual)
  writer.int16(version)
  encodeInto(writer, schema as Message, version, value as object)
  return writer.toBuffer()
}

/** Refuses a version that we do not know (UNSUPPORTED_VERSION). */
export function decodeVersioned<S extends Message>(schema: S, bytes: Uint8Array): Decoded<S> {
  const reader = new Reader(bytes)
  const version = reader.int16()
  return { schema, version, value: decodeKnown(reader, schema, version) as ValueOf<S> }
}

/** The value that belongs to a key with this type. */
export function decodeValue(
  records: CoordinatorRecords,
  type: number,
  bytes: Uint8Array,
): Decoded<RecordSchema> {
  const schema = records.values.get(type)
  if (schema === undefined) throw unknown(`a record of type ${type}`)
  return decodeVersioned(schema, bytes)
}

function decodeKnown<S extends Shape>(reader: Reader, schema: Message<S>, version: number) {
  const [lowest, highest] = schema.versions
  if (version < lowest || version > highest) throw unknown(`${schema.name} of version ${version}`)
  return decodeFrom(reader, schema, version)
}

function unknown(what: string): KafkaError {
  return new KafkaError('UNSUPPORTED_VERSION', `${what} cannot be read here`)
}
