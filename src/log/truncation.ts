/** What a follower drops because its leader does not have it: the end of a log, or all of it. */
import { type Flushing, syncFolderNow } from './flushing.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { LogOffsets } from './log-offsets.ts'
import type { ProducerState } from './producers/producer-state.ts'
import { restoreProducers } from './recovery.ts'
import type { SegmentStore } from './segment-store.ts'

export interface Truncated {
  readonly name: string
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  readonly flushing: Flushing
  readonly offsets: LogOffsets
  readonly config: LogConfig
}

/** The offset lies in the log. */
export function truncateTo(offset: bigint, log: Truncated): void {
  checkCut(offset, log)
  cutting(offset, log, () => {
    const { store, config, epochs } = log
    const { segments } = store
    // From the end on: whenever this is stopped, what is left has no hole.
    const dropped = [...segments].filter(({ baseOffset }) => baseOffset > offset).reverse()
    store.drop(dropped, { snapshots: true, config })
    const cutBytes = segments.active.truncateTo(offset)
    if (cutBytes > 0) segments.active.log.syncNow()
    if (dropped.length > 0) syncFolderNow(store)
    endAt(offset, log)
    epochs.truncateFromEnd(offset)
    producersAt(offset, log)
  })
}

/** Where the place cannot be found, nothing is changed: what was not cut off would lie before what is written next. */
function checkCut(offset: bigint, { store: { context, segments } }: Truncated): void {
  try {
    segments.floor(offset)?.find(offset)
  } catch (error) {
    throw context.failed(error, { final: true })
  }
}

export function restartAt(offset: bigint, log: Truncated): void {
  cutting(offset, log, () => {
    const { store, config, epochs, producers, offsets, flushing } = log
    store.drop([...store.segments].reverse(), { snapshots: true, config })
    store.snapshots.removeWhere(() => true)
    // Before there is anything new: an old segment that comes back would reach beyond where the new one begins.
    syncFolderNow(store)
    store.create(offset)
    syncFolderNow(store)
    offsets.logStartOffset = offset
    offsets.logEndOffset = offset
    offsets.highWatermark = offset
    flushing.truncatedTo(offset)
    epochs.clear()
    producers.clear()
    producers.endOffset = offset
  })
}

/** All of it or nothing, and on the medium: what was cut must not be back behind what is written in its place. */
function cutting(offset: bigint, { name, store, flushing, offsets }: Truncated, work: () => void) {
  const { context } = store
  if (offset < flushing.flushedTo || offset < offsets.logStartOffset) {
    context.lowerCheckpoints(name, offset)
  }
  try {
    work()
  } catch (error) {
    throw context.failed(error, { final: true })
  }
}

function endAt(offset: bigint, { offsets, flushing }: Truncated): void {
  offsets.logEndOffset = offset
  if (offsets.highWatermark > offset) offsets.highWatermark = offset
  if (offsets.logStartOffset > offset) offsets.logStartOffset = offset
  flushing.truncatedTo(offset)
}

function producersAt(end: bigint, { store, producers, offsets }: Truncated): void {
  if (producers.endOffset === end) return
  store.snapshots.removeWhere((offset) => offset > end)
  restoreProducers(store, producers, end)
  producers.endOffset = end
  producers.advance(offsets.highWatermark)
}
