/**
 * The records of `__cluster_metadata` as values, and the frame in which each stands as a record's value (KIP-631):
 *
 *   | frameVersion 1 | type    | version | body …  |
 *     uvarint          uvarint   uvarint   message
 */

import { decodeFrom, encodeInto } from '../protocol/codec.ts'
import { KafkaError } from '../protocol/errors.ts'
import { Reader } from '../protocol/reader.ts'
import * as schemas from '../protocol/records/metadata.ts'
import * as security from '../protocol/records/metadata-security.ts'
import type { RecordSchema, SentOf, ValueOf } from '../protocol/schema.ts'
import { Writer } from '../protocol/writer.ts'

/** Every kind of record, by the name that our code calls it. */
export const recordSchemas = {
  registerBroker: schemas.registerBrokerRecord,
  unregisterBroker: schemas.unregisterBrokerRecord,
  topic: schemas.topicRecord,
  partition: schemas.partitionRecord,
  config: schemas.configRecord,
  partitionChange: schemas.partitionChangeRecord,
  fenceBroker: schemas.fenceBrokerRecord,
  unfenceBroker: schemas.unfenceBrokerRecord,
  removeTopic: schemas.removeTopicRecord,
  delegationToken: security.delegationTokenRecord,
  userScramCredential: security.userScramCredentialRecord,
  featureLevel: schemas.featureLevelRecord,
  clientQuota: security.clientQuotaRecord,
  producerIds: schemas.producerIdsRecord,
  brokerRegistrationChange: schemas.brokerRegistrationChangeRecord,
  accessControlEntry: security.accessControlEntryRecord,
  removeAccessControlEntry: security.removeAccessControlEntryRecord,
  noOp: schemas.noOpRecord,
  zkMigrationState: schemas.zkMigrationStateRecord,
  removeUserScramCredential: security.removeUserScramCredentialRecord,
  beginTransaction: schemas.beginTransactionRecord,
  endTransaction: schemas.endTransactionRecord,
  abortTransaction: schemas.abortTransactionRecord,
  removeDelegationToken: security.removeDelegationTokenRecord,
  registerController: schemas.registerControllerRecord,
  clearElr: schemas.clearElrRecord,
} as const

export type RecordKind = keyof typeof recordSchemas
export type ValueOfKind<K extends RecordKind> = ValueOf<(typeof recordSchemas)[K]>
export type RecordOf<K extends RecordKind> = { kind: K; version: number; value: ValueOfKind<K> }
export type MetadataRecord = { [K in RecordKind]: RecordOf<K> }[RecordKind]

const kindOfType = new Map<number, RecordKind>(
  Object.entries(recordSchemas).map(([kind, { type }]) => [type, kind as RecordKind]),
)

/** A record with every field that was left out at its default, as a reader would give it. */
export function record<K extends RecordKind>(
  kind: K,
  version: number,
  value: SentOf<(typeof recordSchemas)[K]>,
): RecordOf<K> {
  const whole = { ...defaultsOf(kind), ...value }
  return { kind, version, value: whole as ValueOfKind<K> }
}

const defaults = new Map<RecordKind, object>()

function defaultsOf(kind: RecordKind): object {
  const known = defaults.get(kind)
  if (known !== undefined) return known
  const entries = Object.entries(recordSchemas[kind].fields).map(([name, field]) => [
    name,
    'default' in field ? field.default : field.zero,
  ])
  const made = Object.fromEntries(entries)
  defaults.set(kind, made)
  return made
}

const frameVersion = 1

export function encodeRecord({ kind, version, value }: MetadataRecord): Buffer {
  const schema = recordSchemas[kind] as RecordSchema
  const writer = new Writer(128)
  writer.uvarint(frameVersion)
  writer.uvarint(schema.type)
  writer.uvarint(version)
  encodeInto(writer, schema, version, value)
  return writer.toBuffer()
}

/** Throws for a record that this version of the software does not know: going on would forget what it says. */
export function decodeRecord(bytes: Uint8Array): MetadataRecord {
  const reader = new Reader(bytes)
  const frame = reader.uvarint()
  if (frame !== frameVersion) throw unknown(`a frame of version ${frame}`)
  const type = reader.uvarint()
  const version = reader.uvarint()
  const kind = kindOfType.get(type)
  if (kind === undefined) throw unknown(`a record of type ${type}`)
  const schema = recordSchemas[kind] as RecordSchema
  if (version > schema.versions[1]) throw unknown(`${schema.name} of version ${version}`)
  return { kind, version, value: decodeFrom(reader, schema, version) } as MetadataRecord
}

function unknown(what: string): KafkaError {
  return new KafkaError(
    'UNSUPPORTED_VERSION',
    `the metadata log holds ${what}, which this version cannot read`,
  )
}
