/**
 * Records of control batches.
 *
 *   key                  | version 0 | type |      two int16
 *   value, types 0, 1    | version | EndTxnMarker |      int16
 *   value, types 2 to 6  the message alone; its first field is its own version
 */
import { decode, encode } from '../codec.ts'
import { KafkaError } from '../errors.ts'
import { malformed, Reader } from '../reader.ts'
import type { Message, RecordSchema, SentOf } from '../schema.ts'
import { Writer } from '../writer.ts'
import * as control from './control.ts'
import { type Decoded, decodeVersioned, encodeVersioned } from './framing.ts'

export const controlTypes = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const

export type ControlType = keyof typeof controlTypes

export interface ControlRecord {
  readonly key: Buffer
  readonly value: Buffer
}

const keySize = 4

export function encodeControlKey(type: number): Buffer {
  const writer = new Writer(keySize)
  writer.int16(0)
  writer.int16(type)
  return writer.toBuffer()
}

/** The type of a control record. A version above ours is read as ours, as Kafka does; a type above ours is no error. */
export function decodeControlKey(key: Uint8Array): number {
  const reader = new Reader(key)
  const version = reader.int16()
  if (version < 0) throw malformed(`a control record's key of version ${version}`)
  return reader.int16()
}

/** The marker that ends a transaction in one partition. */
export function endTxnRecord(type: 'COMMIT' | 'ABORT', coordinatorEpoch: number): ControlRecord {
  return {
    key: encodeControlKey(controlTypes[type]),
    value: encodeVersioned(control.endTxnMarker, 0, { coordinatorEpoch }),
  }
}

export function decodeEndTxnMarker(value: Uint8Array): { coordinatorEpoch: number } {
  return decodeVersioned(control.endTxnMarker, value).value
}

/** A record of the metadata quorum; its field `version` is the version it is written in. */
export function encodeControlRecord<S extends RecordSchema>(
  schema: S,
  value: SentOf<S> & { version: number },
): ControlRecord {
  return {
    key: encodeControlKey(schema.type),
    value: encode(schema as Message, value.version, value),
  }
}

/** The message of a quorum's control record; `undefined` for a type that we do not know. */
export function decodeControlValue(
  type: number,
  value: Uint8Array,
): Decoded<RecordSchema> | undefined {
  const schema = quorumRecords.get(type)
  if (schema === undefined) return undefined
  const version = new Reader(value).int16()
  if (version < 0 || version > schema.versions[1]) {
    throw new KafkaError('UNSUPPORTED_VERSION', `${schema.name} of version ${version}`)
  }
  return { schema, version, value: decode(schema, version, value) }
}

const quorumRecords = new Map<number, RecordSchema>(
  [
    control.leaderChangeMessage,
    control.snapshotHeaderRecord,
    control.snapshotFooterRecord,
    control.kRaftVersionRecord,
    control.votersRecord,
  ].map((schema) => [schema.type, schema as unknown as RecordSchema]),
)
