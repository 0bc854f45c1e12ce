/** Which message stands behind the type number of a record: the metadata log and the coordinators' logs. */
import type { RecordSchema } from '../schema.ts'
import * as consumerGroup from './consumer-group.ts'
import * as group from './group.ts'
import * as metadata from './metadata.ts'
import * as security from './metadata-security.ts'
import * as share from './share.ts'
import * as shareGroup from './share-group.ts'
import * as streamsGroup from './streams-group.ts'
import * as transaction from './transaction.ts'

/** Of __cluster_metadata, by type. */
export const metadataRecords: ReadonlyMap<number, RecordSchema> = byType([
  ...Object.values(metadata),
  ...Object.values(security),
])

export interface CoordinatorRecords {
  readonly keys: ReadonlyMap<number, RecordSchema>
  readonly values: ReadonlyMap<number, RecordSchema>
}

/** Of __consumer_offsets. */
export const groupRecords = coordinatorRecords(group, consumerGroup, shareGroup, streamsGroup)
/** Of __transaction_state. */
export const transactionRecords = coordinatorRecords(transaction)
/** Of __share_group_state. */
export const shareRecords = coordinatorRecords(share)

// A declaration is called after its message and its place: offsetCommitKey, offsetCommitValue.
function coordinatorRecords(...files: { [name: string]: RecordSchema }[]): CoordinatorRecords {
  const all = files.flatMap((file) => Object.entries(file))
  const ending = (end: string) =>
    byType(all.filter(([name]) => name.endsWith(end)).map(([, schema]) => schema))
  return { keys: ending('Key'), values: ending('Value') }
}

// biome-ignore lint/suspicious/noExplicitAny: records of any shape
function byType(schemas: RecordSchema<any>[]): ReadonlyMap<number, RecordSchema> {
  return new Map(schemas.map((each) => [each.type, each]))
}
