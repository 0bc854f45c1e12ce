/** bootstrap.checkpoint: what a cluster was formatted with. A fresh directory is formatted when it is first used. */
import { initialRecords } from '../../metadata/bootstrap.ts'
import type { MetadataRecord } from '../../metadata/records.ts'
import type { QuorumFiles } from './doors.ts'
import { readSnapshot, snapshotBytes } from './snapshots.ts'

const name = 'bootstrap.checkpoint'

/** The records with which the first active controller begins, as Kafka's `storage format` would have written them. */
export function formatted(files: QuorumFiles, now: number): MetadataRecord[] {
  const bytes = files.read(name)
  if (bytes !== null && bytes.length > 0) return readSnapshot(bytes).records
  const records = initialRecords()
  files.replace(name, snapshotBytes(records, { lastContained: 0n, now, epoch: 0 }))
  return records
}
