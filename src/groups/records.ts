/**
 * The records of __consumer_offsets as values: what a group remembers, and what `apply` understands. Written at the
 * versions at which Kafka 4.3 writes them.
 */

import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from '../protocol/records/consumer-group.ts'
import {
  decodeKey,
  decodeVersioned,
  encodeKey,
  encodeVersioned,
} from '../protocol/records/framing.ts'
import {
  groupMetadataKey,
  groupMetadataValue,
  legacyOffsetCommitKey,
  offsetCommitKey,
  offsetCommitValue,
} from '../protocol/records/group.ts'
import { groupRecords } from '../protocol/records/registry.ts'
import type { RecordSchema, SentOf, ValueOf } from '../protocol/schema.ts'

const kinds = {
  offset: { key: offsetCommitKey, value: offsetCommitValue, version: 4 },
  classicGroup: { key: groupMetadataKey, value: groupMetadataValue, version: 3 },
  groupEpoch: { key: consumerGroupMetadataKey, value: consumerGroupMetadataValue, version: 0 },
  // Of Kafka 4.0 and older: the hash in the group's own record has taken its place. Read, and deleted with the group.
  partitionMetadata: {
    key: consumerGroupPartitionMetadataKey,
    value: consumerGroupPartitionMetadataValue,
    version: 0,
  },
  member: {
    key: consumerGroupMemberMetadataKey,
    value: consumerGroupMemberMetadataValue,
    version: 0,
  },
  targetEpoch: {
    key: consumerGroupTargetAssignmentMetadataKey,
    value: consumerGroupTargetAssignmentMetadataValue,
    version: 0,
  },
  target: {
    key: consumerGroupTargetAssignmentMemberKey,
    value: consumerGroupTargetAssignmentMemberValue,
    version: 0,
  },
  current: {
    key: consumerGroupCurrentMemberAssignmentKey,
    value: consumerGroupCurrentMemberAssignmentValue,
    version: 0,
  },
  regex: {
    key: consumerGroupRegularExpressionKey,
    value: consumerGroupRegularExpressionValue,
    version: 0,
  },
} as const satisfies Record<string, { key: RecordSchema; value: RecordSchema; version: number }>

type Kinds = typeof kinds
export type RecordKind = keyof Kinds
export type KeyOf<K extends RecordKind> = ValueOf<Kinds[K]['key']>
export type ContentOf<K extends RecordKind> = ValueOf<Kinds[K]['value']>

/** Null is a tombstone. */
export type RecordOf<K extends RecordKind> = {
  readonly kind: K
  readonly key: KeyOf<K>
  readonly value: ContentOf<K> | null
}
export type GroupRecord = { [K in RecordKind]: RecordOf<K> }[RecordKind]

const kindByType = new Map<number, RecordKind>([
  [legacyOffsetCommitKey.type, 'offset'],
  ...(Object.keys(kinds) as RecordKind[]).map((kind) => [kinds[kind].key.type, kind] as const),
])

export function encodeRecord(record: GroupRecord): { key: Uint8Array; value: Uint8Array | null } {
  const { key, value, version } = kinds[record.kind]
  return {
    key: encodeKey(key, record.key as SentOf<typeof key>),
    value:
      record.value === null
        ? null
        : encodeVersioned(value, versionOf(record, version), record.value as SentOf<typeof value>),
  }
}

/** Null for what another kind of coordinator wrote (share and streams groups) or a newer Kafka knows. */
export function decodeRecord(key: Uint8Array, value: Uint8Array | null): GroupRecord | null {
  const decoded = decodeKey(groupRecords, key)
  const kind = decoded && kindByType.get(decoded.schema.type)
  if (decoded === undefined || kind === undefined) return null
  const content = value === null ? null : decodeVersioned(kinds[kind].value, value).value
  return { kind, key: decoded.value, value: content } as GroupRecord
}

/** The group that a record is about; every key names it first. */
export function groupIdOf(record: GroupRecord): string {
  return 'groupId' in record.key ? record.key.groupId : record.key.group
}

// Only version 1 has room for an expiry of its own (clients up to 2.0 asked for one).
function versionOf(record: GroupRecord, usual: number): number {
  return record.kind === 'offset' && record.value!.expireTimestamp !== -1n ? 1 : usual
}
