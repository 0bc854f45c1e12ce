/** The records of `__cluster_metadata` as values (KIP-631), each with the version in which it is written. */

import { decodeMetadataRecord, encodeMetadataRecord } from '../protocol/records/framing.ts'
import * as schemas from '../protocol/records/metadata.ts'
import * as security from '../protocol/records/metadata-security.ts'
import type { Message, RecordSchema, SentOf, ValueOf } from '../protocol/schema.ts'

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

const kinds = new Map<Message, RecordKind>(
  Object.entries(recordSchemas).map(([kind, schema]) => [schema as Message, kind as RecordKind]),
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

export function encodeRecord({ kind, version, value }: MetadataRecord): Buffer {
  return encodeMetadataRecord(recordSchemas[kind] as RecordSchema, version, value)
}

/** Throws for a record that this version of the software does not know: going on would forget what it says. */
export function decodeRecord(bytes: Uint8Array): MetadataRecord {
  const { schema, version, value } = decodeMetadataRecord(bytes)
  return { kind: kinds.get(schema)!, version, value } as MetadataRecord
}
