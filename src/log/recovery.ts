/** Reads segments again, batch after batch, after a broker did not stop cleanly; and builds anew what follows from them. */
import { isIntact } from '../protocol/batch/integrity.ts'
import { baseOffsetOf } from '../protocol/batch/layout.ts'
import * as facts from './batch-facts.ts'
import { DamagedRecords } from './damage.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { type EndedTransaction, ProducerState } from './producers/producer-state.ts'
import { relativeOffsetMax, type Segment } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'

type Store = Pick<SegmentStore, 'context' | 'segments' | 'snapshots'>

/**
 * Brings producers to where they stood at the offset: the newest snapshot below it, and the batches from there on. What of these
 * cannot be read is told, and passed over: what is known of a producer is then as old as its last batch before.
 */
export function restoreProducers(
  store: Store,
  producers: ProducerState,
  offset: bigint,
): { unreadable: string[] } {
  const { unreadable } = store.snapshots.restore(producers, offset)
  if (producers.endOffset >= offset) return { unreadable }
  for (const segment of store.segments.from(producers.endOffset)) {
    if (segment.baseOffset >= offset) break
    replay(segment, producers, { upTo: offset, store })
  }
  producers.endOffset = offset
  return { unreadable }
}

function replay(
  segment: Segment,
  producers: ProducerState,
  { upTo, store, onEnded }: ReplayOptions,
): void {
  const from = producers.endOffset
  const scan = segment.scanTowards(from)
  while (scan.next()) {
    const { bytes, at } = scan
    const lastOffset = facts.lastOffsetOf(bytes, at)
    if (lastOffset >= upTo) return
    if (lastOffset < from || facts.producerIdOf(bytes, at) < 0n) continue
    if (facts.isControl(bytes, at)) scan.load()
    const ended = producers.apply(scan.bytes, scan.at)
    if (ended !== null) onEnded?.(ended)
  }
  if (scan.fault !== null) {
    store.context.damaged(new DamagedRecords(segment, scan.end, scan.fault))
  }
}

interface ReplayOptions {
  readonly upTo: bigint
  readonly store: Store
  readonly onEnded?: (ended: EndedTransaction) => void
}

/** From the batches, of a segment that is not read again otherwise; safe at once, as nobody looks at it again. */
export function rebuildTransactionIndex(segment: Segment, store: Store): void {
  const producers = new ProducerState()
  restoreProducers(store, producers, segment.baseOffset)
  segment.transactionIndex.reset()
  const upTo = store.segments.after(segment)?.baseOffset ?? segment.readNextOffset()
  const onEnded = (ended: EndedTransaction) => noteAborted(segment, producers, ended)
  replay(segment, producers, { upTo, store, onEnded })
  segment.transactionIndex.file.syncNow()
}

function noteAborted(segment: Segment, producers: ProducerState, ended: EndedTransaction): void {
  if (!ended.aborted) return
  const { producerId, firstOffset, lastOffset } = ended
  const lastStableOffset = producers.lastStableOffset(ended)
  segment.transactionIndex.append({ producerId, firstOffset, lastOffset, lastStableOffset })
}

export interface SegmentRecovery {
  readonly producers: ProducerState
  readonly epochs: LeaderEpochs
  readonly indexIntervalBytes: number
}

export interface Recovered {
  readonly nextOffset: bigint
  readonly cutBytes: number
  /** Why something was cut; null where the segment was whole. */
  readonly fault: string | null
}

/**
 * Keeps the batches up to the first one that is not whole or not intact, and builds the indexes from them. `producers` must stand
 * where the segment begins.
 */
export function recoverSegment(
  segment: Segment,
  { producers, epochs, indexIntervalBytes }: SegmentRecovery,
): Recovered {
  const size = segment.size
  segment.resetIndexes()
  segment.transactionIndex.reset()
  const scan = segment.scan({ start: 0, whole: true })
  let nextOffset = segment.baseOffset
  let end = 0
  let fault: string | null = null
  while (scan.next()) {
    const { bytes, at, position } = scan
    const lastOffset = facts.lastOffsetOf(bytes, at)
    fault = faultOf(segment, bytes, at, nextOffset)
    if (fault !== null) break
    const maxTimestamp = facts.maxTimestampOf(bytes, at)
    segment.note({ position, size: scan.size, lastOffset, maxTimestamp }, indexIntervalBytes)
    epochs.noteBatch(bytes, at)
    const ended = producers.apply(bytes, at)
    if (ended !== null) noteAborted(segment, producers, ended)
    nextOffset = lastOffset + 1n
    producers.endOffset = nextOffset
    end = position + scan.size
  }
  fault ??= scan.fault
  if (fault !== null) segment.resize(end)
  return { nextOffset, cutBytes: size - end, fault }
}

function faultOf(
  segment: Segment,
  bytes: Uint8Array,
  at: number,
  nextOffset: bigint,
): string | null {
  if (!isIntact(bytes, at)) return 'a batch whose checksum is wrong'
  const lastOffset = facts.lastOffsetOf(bytes, at)
  const relative = lastOffset - segment.baseOffset
  if (relative < 0n || relative > BigInt(relativeOffsetMax) || lastOffset < nextOffset) {
    return `a batch that ends at offset ${lastOffset} where ${nextOffset} is due`
  }
  // The offset stands outside of the checksum: a torn write may lack it, and nothing else.
  const baseOffset = baseOffsetOf(bytes, at)
  if (baseOffset < nextOffset) {
    return `a batch that begins at offset ${baseOffset} where ${nextOffset} is due`
  }
  return null
}
