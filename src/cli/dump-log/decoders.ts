/** How the content of a record becomes text: by a class of Kafka's, or as records of one of its internal topics. */
import { int32At, int64At } from '../../base/bytes.ts'
import { Reader } from '../../protocol/reader.ts'
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../protocol/records/consumer-protocol.ts'
import {
  decodeKey,
  decodeMetadataRecord,
  decodeValue,
  decodeVersioned,
} from '../../protocol/records/framing.ts'
import {
  type CoordinatorRecords,
  groupRecords,
  shareRecords,
  transactionRecords,
} from '../../protocol/records/registry.ts'
import type { Message } from '../../protocol/schema.ts'
import { base64Json, messageJson } from '../console-consumer/formatters/message-json.ts'
import { JavaError, messageOf } from '../java/errors.ts'
import { javaUtf8 } from '../java/text.ts'
import type { Options } from '../options/options.ts'
import type { Content, Part } from './entries.ts'

export type Undecoded = { offset: bigint; key: Uint8Array | null; value: Uint8Array | null }
export type Decoder = (record: Undecoded) => Content

/** The first of the options counts, in Kafka's order. */
export function chosenDecoder(options: Options): Decoder {
  if (options.has('offsets-decoder')) return coordinatorDecoder(groupRecords)
  if (options.has('transaction-log-decoder')) return coordinatorDecoder(transactionRecords)
  if (options.has('cluster-metadata-decoder')) return metadataDecoder
  if (options.has('share-group-state-decoder')) return coordinatorDecoder(shareRecords)
  const value = classDecoder(options.text('value-decoder-class')!)
  const key = classDecoder(options.text('key-decoder-class')!)
  return (record) => ({
    key: record.key === null ? null : key(record.key),
    payload: record.value === null ? null : value(record.value),
  })
}

/** Each of these makes --print-data-log superfluous. */
export const decoderOptions = [
  'offsets-decoder',
  'transaction-log-decoder',
  'cluster-metadata-decoder',
  'remote-log-metadata-decoder',
  'share-group-state-decoder',
  'value-decoder-class',
  'key-decoder-class',
] as const

const classes: { readonly [name: string]: (bytes: Uint8Array) => string } = {
  StringDecoder: javaUtf8,
  // Java prints the array's identity, which says nothing; the bytes say more.
  DefaultDecoder: javaUtf8,
  IntegerDecoder: (bytes) => String(int32At(sized(bytes, 4), 0)),
  LongDecoder: (bytes) => String(int64At(sized(bytes, 8), 0)),
}

function classDecoder(name: string): (bytes: Uint8Array) => string {
  const simple = /^org\.apache\.kafka\.tools\.api\.(\w+)$/.exec(name)?.[1] ?? ''
  if (Object.hasOwn(classes, simple)) return classes[simple]!
  // A class that every Java has, and that is no decoder.
  if (/^java\.(lang|util)\./.test(name)) {
    throw new JavaError('java.lang.ClassCastException', `class ${name}`)
  }
  throw new JavaError('java.lang.RuntimeException', 'Failed to load decoder class', {
    cause: new JavaError('java.lang.ClassNotFoundException', name),
  })
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length < size) throw new JavaError('java.nio.BufferUnderflowException', null)
  return bytes
}

function coordinatorDecoder(records: CoordinatorRecords): Decoder {
  return ({ offset, key, value }) => {
    if (key === null) {
      throw new JavaError(
        'java.lang.RuntimeException',
        `Failed to decode message at offset ${offset} using the specified decoder (message had a missing key)`,
      )
    }
    const skipped = (why: string): Content => ({ key: why, payload: null })
    try {
      const decoded = decodeKey(records, key)
      if (decoded === undefined) {
        return skipped(
          `Unknown record type ${new Reader(key).int16()} at offset ${offset}, skipping.`,
        )
      }
      const { schema, version, value: message } = decoded
      const keyJson = `{"type":"${schema.type}","data":${messageJson(schema, version, message)}}`
      return { key: { json: keyJson }, payload: valuePart(records, schema.type, value) }
    } catch (error) {
      return skipped(`Error at offset ${offset}, skipping. ${messageOf(error)}`)
    }
  }
}

function valuePart(records: CoordinatorRecords, type: number, bytes: Uint8Array | null): Part {
  if (bytes === null) return '<DELETE>'
  const { schema, version, value } = decodeValue(records, type, bytes)
  const isOfConsumers =
    schema.name === 'GroupMetadataValue' &&
    (value as { protocolType?: string }).protocolType === 'consumer'
  const data = messageJson(schema, version, value, isOfConsumers ? memberJson : undefined)
  return { json: `{"version":"${version}","data":${data}}` }
}

const memberMessages: { readonly [field: string]: Message } = {
  subscription: consumerProtocolSubscription,
  assignment: consumerProtocolAssignment,
}

/** What members of a consumer group tell each other; base64 if it is something else. */
function memberJson(bytes: Uint8Array, field: string): string {
  const message = memberMessages[field]
  if (message === undefined) return base64Json(bytes, field)
  try {
    const { schema, version, value } = decodeVersioned(message, bytes)
    return messageJson(schema, version, value)
  } catch {
    return base64Json(bytes, field)
  }
}

const metadataDecoder: Decoder = ({ offset, value: bytes }) => {
  try {
    if (bytes === null) throw new JavaError('java.lang.NullPointerException', 'It has no value.')
    const { schema, version, value } = decodeMetadataRecord(bytes)
    const type = schema.name.replaceAll(/(?<=.)[A-Z]/g, '_$&').toUpperCase()
    const data = messageJson(schema, version, value)
    return {
      key: null,
      payload: { json: `{"type":"${type}","version":${version},"data":${data}}` },
    }
  } catch (error) {
    return { key: null, payload: `Error at ${offset}, skipping. ${messageOf(error)}` }
  }
}
