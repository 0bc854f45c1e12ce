/**
 * Snapshots of the metadata log (KIP-630): `<offset, 20 digits>-<epoch, 10 digits>.checkpoint`, all metadata before that
 * offset as batches whose offsets begin at 0, between a SnapshotHeader and a SnapshotFooter. With kraft.version 1 who votes
 * stands in the header's batch.
 */
import type { MetadataImage } from '../../metadata/image.ts'
import type { MetadataRecord } from '../../metadata/records.ts'
import { snapshotRecords } from '../../metadata/snapshot.ts'
import { snapshotFooterRecord, snapshotHeaderRecord } from '../../protocol/records/control.ts'
import type { OffsetAndEpoch } from '../../raft/log-view.ts'
import type { Voter, VoterSet } from '../../raft/voters.ts'
import { controlBatch, metadataBatch, readBatches } from './batches.ts'
import type { QuorumFiles } from './doors.ts'
import { controlsOf, snapshotFooter, snapshotHeader, votersToldBy } from './voter-records.ts'

const recordsPerBatch = 1024

export function snapshotName({ endOffset, epoch }: OffsetAndEpoch): string {
  return `${String(endOffset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`
}

export function snapshotsIn(files: QuorumFiles): OffsetAndEpoch[] {
  return files
    .list()
    .map((name) => /^(\d{20})-(\d{10})\.checkpoint$/.exec(name))
    .filter((match) => match !== null)
    .map(([, offset, epoch]) => ({ endOffset: BigInt(offset!), epoch: Number(epoch) }))
    .sort((a, b) => (a.endOffset < b.endOffset ? -1 : 1))
}

/** Removes what a crash left half written, and what was put out of use. */
export function removeLeftovers(files: QuorumFiles): void {
  for (const name of files.list()) {
    if (/\.checkpoint\.(part|deleted)$/.test(name)) files.remove(name)
  }
}

export function writeSnapshot(
  files: QuorumFiles,
  image: MetadataImage,
  more: { lastContained: bigint; now: number; voterSet: VoterSet },
): OffsetAndEpoch {
  const id = { endOffset: image.offset, epoch: image.epoch }
  const bytes = snapshotBytes(snapshotRecords(image), { ...more, epoch: id.epoch })
  files.replace(snapshotName(id), bytes)
  return id
}

export interface SnapshotOptions {
  readonly lastContained: bigint
  readonly now: number
  readonly epoch: number
  readonly voterSet?: VoterSet | null
}

export function snapshotBytes(
  records: Iterable<MetadataRecord>,
  { lastContained, now, epoch, voterSet = null }: SnapshotOptions,
): Uint8Array {
  const pieces: Uint8Array[] = []
  let offset = 0n
  const place = () => ({ baseOffset: offset, partitionLeaderEpoch: epoch })
  const head = [snapshotHeader(lastContained), ...controlsOf(voterSet)]
  pieces.push(controlBatch(head, now, place()))
  offset += BigInt(head.length)
  for (const chunk of chunks(records, recordsPerBatch)) {
    pieces.push(metadataBatch(chunk, now, place()))
    offset += BigInt(chunk.length)
  }
  pieces.push(controlBatch([snapshotFooter], now, place()))
  return Buffer.concat(pieces)
}

function* chunks<T>(list: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = []
  for (const each of list) {
    chunk.push(each)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

export interface Snapshot {
  readonly records: MetadataRecord[]
  readonly lastContained: bigint
  /** Of those that the log tells; null where they are static. */
  readonly voters: readonly Voter[] | null
  readonly kraftVersion: number
  /** The footer is there. */
  readonly whole: boolean
}

export function readSnapshot(bytes: Uint8Array): Snapshot {
  const records: MetadataRecord[] = []
  let lastContained = -1n
  let voters: readonly Voter[] | null = null
  let kraftVersion = 0
  let whole = false
  for (const batch of readBatches(bytes)) {
    for (const each of batch.records) records.push(each)
    for (const decoded of batch.control) {
      const { schema, value } = decoded
      const told = votersToldBy(decoded, batch.baseOffset)
      voters = told?.voters ?? voters
      kraftVersion = told?.kraftVersion ?? kraftVersion
      if (schema.type === snapshotFooterRecord.type) whole = true
      if (schema.type === snapshotHeaderRecord.type) {
        lastContained = (value as { lastContainedLogTimestamp: bigint }).lastContainedLogTimestamp
      }
    }
  }
  return { records, lastContained, voters, kraftVersion, whole }
}
