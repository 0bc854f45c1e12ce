/** What a node knows of its own log without reading it: where it begins and ends, and where each epoch begins (KIP-101, 595). */
import { assert } from '../base/assert.ts'

export interface OffsetAndEpoch {
  readonly endOffset: bigint
  readonly epoch: number
}

export interface EpochStart {
  readonly epoch: number
  readonly startOffset: bigint
}

export interface LogView {
  startOffset: bigint
  endOffset: bigint
  /** Ascending in both columns; what lies below `startOffset` is told by the snapshot. */
  epochs: EpochStart[]
  /** The newest snapshot on disk; whatever lies below `startOffset` is in it. */
  snapshot: OffsetAndEpoch | null
}

export function lastEpoch(log: LogView): number {
  return log.epochs.at(-1)?.epoch ?? log.snapshot?.epoch ?? 0
}

/** The largest epoch that is not above the one asked for, and where it ends: where two logs still agree at most. */
export function endOffsetOfEpoch(log: LogView, epoch: number): OffsetAndEpoch {
  let end = log.endOffset
  for (let i = log.epochs.length - 1; i >= 0; i--) {
    const each = log.epochs[i]!
    if (each.epoch <= epoch) return { endOffset: end, epoch: each.epoch }
    end = each.startOffset
  }
  if (log.snapshot !== null && log.snapshot.epoch <= epoch && end >= log.snapshot.endOffset) {
    return { endOffset: end, epoch: log.snapshot.epoch }
  }
  return { endOffset: log.startOffset, epoch: log.snapshot?.epoch ?? 0 }
}

/** A vote goes only to a log that is at least as long, newer epochs counting first (Raft §5.4.1). */
export function isUpToDate(log: LogView, candidate: OffsetAndEpoch): boolean {
  const own = lastEpoch(log)
  if (candidate.epoch !== own) return candidate.epoch > own
  return candidate.endOffset >= log.endOffset
}

export type FetchPosition =
  | { kind: 'valid' }
  | { kind: 'diverging'; at: OffsetAndEpoch }
  | { kind: 'snapshot'; id: OffsetAndEpoch }

/** Can a follower that holds everything below `fetchOffset`, the last of it from this epoch, go on from there? */
export function positionOf(log: LogView, fetchOffset: bigint, epoch: number): FetchPosition {
  if (log.startOffset === 0n && fetchOffset === 0n && epoch === 0) return { kind: 'valid' }
  const { snapshot } = log
  if (snapshot !== null && log.startOffset > 0n) {
    const oldest = log.epochs[0]?.epoch ?? snapshot.epoch
    if (fetchOffset < log.startOffset || (epoch < oldest && epoch < snapshot.epoch)) {
      return { kind: 'snapshot', id: snapshot }
    }
  }
  const end = endOffsetOfEpoch(log, epoch)
  if (end.epoch !== epoch || end.endOffset < fetchOffset) return { kind: 'diverging', at: end }
  return { kind: 'valid' }
}

/** The log has grown by batches of these epochs. */
export function grow(log: LogView, endOffset: bigint, epochs: readonly EpochStart[]): void {
  assert(endOffset >= log.endOffset, 'a log grows forward')
  for (const each of epochs) {
    const last = lastEpoch(log)
    assert(each.epoch >= last, `a batch of epoch ${each.epoch} behind one of ${last}`)
    if (each.epoch > last || log.epochs.length === 0) log.epochs.push(each)
  }
  log.endOffset = endOffset
}

export function cut(log: LogView, offset: bigint): void {
  assert(offset >= log.startOffset, 'nothing below the start can be cut')
  log.epochs = log.epochs.filter(({ startOffset }) => startOffset < offset)
  log.endOffset = offset
}

/** A snapshot stands for everything below it; older batches may go. */
export function raiseStart(log: LogView, startOffset: bigint, snapshot: OffsetAndEpoch): void {
  log.snapshot = snapshot
  if (startOffset <= log.startOffset) return
  const kept: EpochStart[] = []
  for (const [i, each] of log.epochs.entries()) {
    const end = log.epochs[i + 1]?.startOffset ?? log.endOffset
    if (end <= startOffset && i + 1 < log.epochs.length) continue
    kept.push(each.startOffset < startOffset ? { epoch: each.epoch, startOffset } : each)
  }
  log.epochs = kept
  log.startOffset = startOffset
}

/** The whole log is replaced by a snapshot that came from the leader. */
export function restart(log: LogView, snapshot: OffsetAndEpoch): void {
  log.startOffset = snapshot.endOffset
  log.endOffset = snapshot.endOffset
  log.epochs = []
  log.snapshot = snapshot
}
