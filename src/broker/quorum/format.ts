/**
 * What a cluster was formatted with, as Kafka's `storage format` writes it: bootstrap.checkpoint, and beside the metadata log a
 * snapshot of nothing, 00000000000000000000-0000000000.checkpoint, that names the first voters (KIP-853). Where the voters are
 * static, or the directory is to join a quorum, there is no such snapshot. A fresh directory is formatted when it is first used.
 */
import { initialRecords } from '../../metadata/bootstrap.ts'
import type { MetadataRecord } from '../../metadata/records.ts'
import type { Voter } from '../../raft/voters.ts'
import type { QuorumFiles } from './doors.ts'
import { readSnapshot, snapshotBytes, snapshotName } from './snapshots.ts'

const name = 'bootstrap.checkpoint'

/** The records with which the first active controller begins, as Kafka's `storage format` would have written them. */
export function formatted(
  files: QuorumFiles,
  now: number,
): { bootstrap: MetadataRecord[]; fresh: boolean } {
  const bytes = files.read(name)
  if (bytes !== null && bytes.length > 0) {
    return { bootstrap: readSnapshot(bytes).records, fresh: false }
  }
  const records = initialRecords()
  files.replace(name, snapshotBytes(records, { lastContained: 0n, now, epoch: 0 }))
  return { bootstrap: records, fresh: true }
}

/** Levels of kraft.version that this software understands. */
export const kraftVersions = { min: 0, max: 1 }

/** Names the first voters, in the folder of the metadata log. */
export function formatVoters(files: QuorumFiles, voters: readonly Voter[], now: number): void {
  const voterSet = { offset: -1n, kraftVersion: kraftVersions.max, voters }
  const bytes = snapshotBytes([], { lastContained: BigInt(now), now, epoch: 0, voterSet })
  files.replace(snapshotName({ endOffset: 0n, epoch: 0 }), bytes)
}
