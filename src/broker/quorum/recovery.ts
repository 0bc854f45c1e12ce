/** What a node finds when it starts: a snapshot, a log behind it, and who it voted for. */
import { KafkaError } from '../../protocol/errors.ts'
import type { LogView } from '../../raft/log-view.ts'
import { readBatches } from './batches.ts'
import type { MetadataLog, QuorumFiles } from './doors.ts'
import { Loader } from './loader.ts'
import { readSnapshot, removeLeftovers, snapshotName, snapshotsIn } from './snapshots.ts'

const readBytesMax = 1024 * 1024

export interface Recovered {
  readonly loader: Loader
  readonly view: LogView
  /** Of the log behind the snapshot: they count towards the next one. */
  readonly bytesSinceSnapshot: number
}

export function recover(log: MetadataLog, files: QuorumFiles): Recovered {
  removeLeftovers(files)
  const loader = new Loader()
  const snapshots = snapshotsIn(files)
  const newest = snapshots.findLast((id) => {
    const snapshot = readSnapshot(files.read(snapshotName(id))!)
    if (snapshot.whole) loader.reset(snapshot, id)
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
  const bytesSinceSnapshot = scan(log, view, known)
  return { loader, view, bytesSinceSnapshot }
}

function scan(log: MetadataLog, view: LogView, snapshotEnd: bigint): number {
  let bytesSinceSnapshot = 0
  for (let offset = view.startOffset; offset < view.endOffset; ) {
    const { bytes } = log.read(offset, readOptions(view.endOffset))
    const before = offset
    for (const { baseOffset, lastOffset, epoch, sizeBytes } of readBatches(bytes)) {
      if (view.epochs.at(-1)?.epoch !== epoch) view.epochs.push({ epoch, startOffset: baseOffset })
      if (baseOffset >= snapshotEnd) bytesSinceSnapshot += sizeBytes
      offset = lastOffset + 1n
    }
    if (offset === before) break
  }
  return bytesSinceSnapshot
}

export function readOptions(upTo: bigint) {
  return { bytesMax: readBytesMax, upTo, atLeastOneBatch: true }
}
