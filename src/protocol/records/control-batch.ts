/**
 * Records of control batches; `batch/control.ts` has their keys.
 *
 *   types 0, 1    | version | EndTxnMarker |      int16
 *   types 2 to 6  the message alone; its first field is its own version
 */

import { controlKey, controlTypes } from '../batch/control.ts'
import { decode, encode } from '../codec.ts'
import { KafkaError } from '../errors.ts'
import { malformed, Reader } from '../reader.ts'
import type { Message, RecordSchema, SentOf } from '../schema.ts'
import * as control from './control.ts'
import { type Decoded, decodeVersioned, encodeVersioned } from './framing.ts'

export interface ControlRecord {
  readonly key: Uint8Array
  readonly value: Buffer
}

/** The number that tells what a control record is, of types of the future too. */
export function decodeControlKey(key: Uint8Array): number {
  const reader = new Reader(key)
  if (reader.int16() < 0) throw malformed('a control record of a negative version')
  return reader.int16()
}

/** The marker that ends a transaction in one partition. */
export function endTxnRecord(type: 'COMMIT' | 'ABORT', coordinatorEpoch: number): ControlRecord {
  return {
    key: controlKey(type),
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
    key: controlKey(controlTypes[schema.type]!),
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
