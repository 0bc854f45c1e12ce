/** What a follower drops because its leader does not have it: the end of a log, or all of it. */
import type { Flushing } from './flushing.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { LogOffsets } from './log-offsets.ts'
import type { ProducerState } from './producers/producer-state.ts'
import { restoreProducers } from './recovery.ts'
import type { SegmentStore } from './segment-store.ts'

export interface Truncated {
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  readonly flushing: Flushing
  readonly offsets: LogOffsets
  readonly config: LogConfig
}

/** The offset lies in the log. */
export function truncateTo(offset: bigint, log: Truncated): void {
  const { store, config, epochs } = log
  const { segments } = store
  const dropped = [...segments].filter(({ baseOffset }) => baseOffset > offset)
  store.drop(dropped, { snapshots: true, config })
  segments.active.truncateTo(offset)
  endAt(offset, log)
  epochs.truncateFromEnd(offset)
  producersAt(offset, log)
}

export function restartAt(
  offset: bigint,
  { store, config, epochs, producers, offsets, flushing }: Truncated,
): void {
  store.drop([...store.segments], { snapshots: true, config })
  store.snapshots.removeWhere(() => true)
  store.create(offset)
  offsets.logStartOffset = offset
  offsets.logEndOffset = offset
  offsets.highWatermark = offset
  flushing.truncatedTo(offset)
  epochs.clear()
  producers.clear()
  producers.endOffset = offset
}

function endAt(offset: bigint, { offsets, flushing }: Truncated): void {
  offsets.logEndOffset = offset
  if (offsets.highWatermark > offset) offsets.highWatermark = offset
  if (offsets.logStartOffset > offset) offsets.logStartOffset = offset
  flushing.truncatedTo(offset)
}

function producersAt(end: bigint, { store, producers, offsets }: Truncated): void {
  const { snapshots, segments } = store
  if (producers.endOffset === end) return
  snapshots.removeWhere((offset) => offset > end)
  restoreProducers({ segments, snapshots, producers }, end)
  producers.endOffset = end
  producers.advance(offsets.highWatermark)
}
