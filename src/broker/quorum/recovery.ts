/** What a node finds when it starts: a snapshot, a log behind it, and who it voted for. */
import { KafkaError } from '../../protocol/errors.ts'
import type { LogView } from '../../raft/log-view.ts'
import type { VotersTold } from '../../raft/messages.ts'
import { votersTold } from '../../raft/voter-history.ts'
import type { VoterSet } from '../../raft/voters.ts'
import type { MetadataLog, QuorumFiles } from './doors.ts'
import { Loader } from './loader.ts'
import { readLog } from './read-log.ts'
import {
  readSnapshot,
  removeLeftovers,
  type Snapshot,
  snapshotName,
  snapshotsIn,
} from './snapshots.ts'
import { votersToldBy } from './voter-records.ts'

export interface Recovered {
  readonly loader: Loader
  readonly view: LogView
  /** Of the log behind the snapshot: they count towards the next one. */
  readonly bytesSinceSnapshot: number
  /** Who votes, as the snapshot says and then the log; the last counts. */
  readonly voterSets: readonly VoterSet[]
}

/** `configured`: the voters of the configuration, which count until the log names others. */
export function recover(log: MetadataLog, files: QuorumFiles, configured: VoterSet): Recovered {
  removeLeftovers(files)
  const loader = new Loader()
  let base = configured
  const snapshots = snapshotsIn(files)
  const newest = snapshots.findLast((id) => {
    const snapshot = readSnapshot(files.read(snapshotName(id))!)
    if (snapshot.whole) {
      loader.reset(snapshot, id)
      base = votersOf(snapshot, id, configured)
    }
    return snapshot.whole
  })
  // A snapshot that came from a leader was there before the log could be cut: the log below it is old.
  if (newest !== undefined && log.logEndOffset < newest.endOffset) log.restartAt(newest.endOffset)
  const known = newest?.endOffset ?? 0n
  if (log.logStartOffset > known) {
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `the log __cluster_metadata-0 begins at offset ${log.logStartOffset}, and no whole snapshot (.checkpoint file) beside it reaches so far: put the missing one back; on a node of several, move the folder away and let it be filled again by the others`,
    )
  }
  const view: LogView = {
    startOffset: log.logStartOffset,
    endOffset: log.logEndOffset,
    epochs: [],
    snapshot: newest ?? null,
  }
  const { bytesSinceSnapshot, told } = scan(log, view, known)
  const voterSets = [base, ...votersTold({ voterSets: [base] }, told)]
  return { loader, view, bytesSinceSnapshot, voterSets }
}

/** Who votes at the end of a snapshot. */
export function votersOf(
  { voters, kraftVersion }: Snapshot,
  { endOffset }: { endOffset: bigint },
  configured: VoterSet,
): VoterSet {
  return voters === null ? configured : { offset: endOffset - 1n, kraftVersion, voters }
}

function scan(
  log: MetadataLog,
  view: LogView,
  snapshotEnd: bigint,
): { bytesSinceSnapshot: number; told: VotersTold[] } {
  let bytesSinceSnapshot = 0
  const told: VotersTold[] = []
  for (let offset = view.startOffset; offset < view.endOffset; ) {
    const before = offset
    const read = readLog(log, offset, view.endOffset)
    for (const { baseOffset, lastOffset, epoch, sizeBytes, control } of read) {
      if (view.epochs.at(-1)?.epoch !== epoch) view.epochs.push({ epoch, startOffset: baseOffset })
      if (baseOffset >= snapshotEnd) bytesSinceSnapshot += sizeBytes
      for (const [i, each] of control.entries()) {
        const found = votersToldBy(each, baseOffset + BigInt(i))
        if (found !== null && baseOffset >= snapshotEnd) told.push(found)
      }
      offset = lastOffset + 1n
    }
    if (offset === before) break
  }
  return { bytesSinceSnapshot, told }
}
