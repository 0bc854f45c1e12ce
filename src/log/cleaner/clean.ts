/**
 * Compacts a log: finds the latest offset of every key in the dirty part, then writes the segments up to there anew without the
 * records that a later one replaces. It goes in small steps; between two of them the broker does other things.
 */
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import * as layout from '../../protocol/batch/layout.ts'
import * as facts from '../batch-facts.ts'
import { checkBatch, checkEnd } from '../damage.ts'
import * as names from '../names.ts'
import { offsetEntrySize } from '../offset-index.ts'
import type { PartitionLog } from '../partition-log.ts'
import { relativeOffsetMax, type Segment } from '../segment.ts'
import { timeEntrySize } from '../time-index.ts'
import type { AbortedTransaction } from '../transaction-index.ts'
import { BatchFilter, type LastOfProducer } from './filter.ts'
import { KeyMap } from './key-map.ts'
import { type Cleanable, groupSegments } from './select.ts'
import { CleanedTransactions } from './transactions.ts'

export interface CleanOptions {
  readonly now: number
  readonly memoryBytes: number
  readonly seed: number
}

export interface Cleaned {
  /** The first dirty offset of the next time. */
  readonly cleanedUpTo: bigint
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** What one step read or wrote: for throttling, and to let others have their turn. */
export type Work = { bytes: number } | { wait: Promise<void> }

const stepBytes = 256 * 1024

/** Null where the log was changed under it (truncated, deleted); then nothing has happened. */
export function* clean(
  log: PartitionLog,
  { firstDirtyOffset, firstUncleanableOffset }: Cleanable,
  { now, memoryBytes, seed }: CleanOptions,
): Generator<Work, Cleaned | null> {
  const segments = [...log.store.segments].filter(
    ({ baseOffset }) => baseOffset < firstUncleanableOffset,
  )
  // The marker that committed a record may lie behind what is cleaned. Were it lost with the power, after the older values of the
  // record's key, none of them would count any more.
  yield { wait: log.flush() }
  const keys = new KeyMap({ baseOffset: log.store.segments.first.baseOffset, memoryBytes, seed })
  const mapEnd = yield* mapKeys(log, segments, {
    keys,
    from: firstDirtyOffset,
    end: firstUncleanableOffset,
  })
  const cleaning = segments.filter(({ baseOffset }) => baseOffset < mapEnd)
  const { config } = log
  const groups = groupSegments(cleaning, mapEnd, {
    segmentBytes: config.segmentBytes,
    indexEntries: Math.floor(config.segmentIndexBytes / offsetEntrySize),
    timeIndexEntries: Math.floor(config.segmentIndexBytes / timeEntrySize),
    offsetsMax: BigInt(relativeOffsetMax),
  })
  const transactions = new CleanedTransactions()
  const filter = new BatchFilter({
    keys,
    mapEnd,
    transactions,
    producers: lastOfProducers(log),
    now,
    deleteRetentionMs: config.deleteRetentionMs,
  })
  let bytesAfter = 0
  for (const group of groups) {
    const cleaned = yield* rewrite(log, group, { filter, transactions })
    if (cleaned === null) return null
    bytesAfter += cleaned
  }
  const bytesBefore = cleaning.reduce((sum, { size }) => sum + size, 0)
  return { cleanedUpTo: mapEnd, bytesBefore, bytesAfter }
}

/** Fills the map from the dirty segments; returns the offset behind the last batch that found room. */
function* mapKeys(
  log: PartitionLog,
  segments: readonly Segment[],
  { keys, from, end }: { keys: KeyMap; from: bigint; end: bigint },
): Generator<Work, bigint> {
  const transactions = new CleanedTransactions()
  const cursor = new RecordCursor()
  let reached = from
  for (const segment of segments) {
    const next = log.store.segments.after(segment)
    if ((next?.baseOffset ?? end) <= from || segment.size === 0) continue
    transactions.add(abortedIn(log, segment))
    const scan = segment.scan({ start: 0, whole: true })
    let done = 0
    while (scan.next()) {
      const { bytes, at } = scan
      checkBatch(segment, scan)
      const lastOffset = facts.lastOffsetOf(bytes, at)
      if (counts(transactions, bytes, at) && lastOffset >= from) {
        if (!remember(keys, cursor.open(bytes, at), from)) return reached
      }
      if (lastOffset >= reached) reached = lastOffset + 1n
      done += scan.size
      if (done >= stepBytes) {
        yield { bytes: done }
        done = 0
      }
    }
    checkEnd(segment, scan)
    yield { bytes: done }
  }
  return reached > from ? end : from
}

/** Whether the batch's records are there for readers; markers and aborted records replace nothing. */
function counts(transactions: CleanedTransactions, bytes: Uint8Array, at: number): boolean {
  if (layout.magicOf(bytes, at) < 2) return true
  if (!layout.isControl(bytes, at)) return !transactions.batch(bytes, at)
  transactions.marker(bytes, at)
  return false
}

/** False where the map is full: the batch is then left for the next time. */
function remember(keys: KeyMap, cursor: RecordCursor, from: bigint): boolean {
  const base = Number(cursor.baseOffset - keys.baseOffset)
  const first = Number(from - keys.baseOffset)
  while (cursor.next()) {
    const offset = base + cursor.offsetDelta
    if (cursor.keyStart < 0 || offset < first) continue
    if (keys.full) return false
    keys.put(cursor.bytes, cursor.keyStart, cursor.keyEnd, offset)
  }
  return true
}

/** Writes a group of segments as one `.cleaned`, and puts it in their place. Returns its size. */
function* rewrite(
  log: PartitionLog,
  group: readonly Segment[],
  { filter, transactions }: { filter: BatchFilter; transactions: CleanedTransactions },
): Generator<Work, number | null> {
  const { context, folder } = log.store
  // The names of the group before are safe before a `.cleaned` stands here again: beside one, a start takes a `.swap` for half done.
  yield { wait: context.disk.syncDirectoryLater(folder) }
  if (!stillThere(log, group)) return null
  const cleaned = log.store.create(group[0]!.baseOffset, names.cleanedSuffix)
  // An index file that is there, even empty, tells a start after a crash that the old one is out of date.
  cleaned.transactionIndex.create()
  let swapped = false
  try {
    yield* copyKept(log, group, { cleaned, filter, transactions })
    cleaned.seal()
    yield { wait: cleaned.sync() }
    // With all of the `.cleaned` names: no index can have the name `.swap` then, and its log be gone.
    yield { wait: context.disk.syncDirectoryLater(folder) }
    swapped = stillThere(log, group)
    if (swapped) swap(log, cleaned, group)
    return swapped ? cleaned.size : null
  } finally {
    if (!swapped) discard(log, cleaned)
  }
}

function* copyKept(
  log: PartitionLog,
  group: readonly Segment[],
  { cleaned, filter, transactions }: CopyOptions,
): Generator<Work, void> {
  const onAborted = (transaction: AbortedTransaction) =>
    cleaned.transactionIndex.append(transaction)
  const lastOffset = lastOffsetOf(group)
  for (const segment of group) {
    transactions.add(abortedIn(log, segment))
    const scan = segment.scan({ start: 0, whole: true })
    let done = 0
    while (scan.next()) {
      const { bytes, at, size } = scan
      checkBatch(segment, scan)
      const last = facts.lastOffsetOf(bytes, at) === lastOffset
      const kept = filter.filter(bytes, at, { last, onAborted })
      done += size
      if (kept !== 'gone') {
        const written = kept === 'as-it-is' ? bytes.subarray(at, at + size) : kept.bytes
        put(cleaned, written, log.config.indexIntervalBytes)
        done += written.length
      }
      if (done >= stepBytes) {
        yield { bytes: done }
        done = 0
      }
    }
    checkEnd(segment, scan)
    yield { bytes: done }
  }
}

interface CopyOptions {
  readonly cleaned: Segment
  readonly filter: BatchFilter
  readonly transactions: CleanedTransactions
}

function put(cleaned: Segment, batch: Uint8Array, indexIntervalBytes: number): void {
  const position = cleaned.append(batch)
  const lastOffset = facts.lastOffsetOf(batch, 0)
  const maxTimestamp = facts.maxTimestampOf(batch, 0)
  cleaned.note({ position, size: batch.length, lastOffset, maxTimestamp }, indexIntervalBytes)
}

function discard(log: PartitionLog, cleaned: Segment): void {
  cleaned.close()
  if (log.offline) return
  for (const path of cleaned.paths()) log.store.context.disk.remove(path)
}

/** Nobody truncated or deleted the log meanwhile. */
function stillThere({ closed, offline, store }: PartitionLog, group: readonly Segment[]): boolean {
  return (
    !closed && !offline && group.every((each) => store.segments.floor(each.baseOffset) === each)
  )
}

/**
 * In four steps, so that at every moment a start finds either all of the old segments or all of the new one: the new one gets its
 * name `.swap`, and that is made safe; the old ones get `.deleted`, and that is made safe; the new log gets its own name, and
 * that is made safe; so do its indexes.
 */
function swap(log: PartitionLog, cleaned: Segment, group: readonly Segment[]): void {
  try {
    exchange(log, cleaned, group)
  } catch (error) {
    // Half of it is done, and only a start can finish it.
    throw log.store.context.failed(error, { final: true })
  }
}

function exchange({ store, config }: PartitionLog, cleaned: Segment, group: readonly Segment[]) {
  const { disk } = store.context
  disk.setModified(cleaned.log.path, group.at(-1)!.modifiedMs())
  cleaned.changeSuffix(names.cleanedSuffix, names.swapSuffix)
  disk.syncDirectory(store.folder)
  store.drop(group, { snapshots: false, config })
  for (const { baseOffset } of group.slice(1)) store.dropSnapshot(baseOffset, config)
  store.segments.add(cleaned)
  disk.syncDirectory(store.folder)
  cleaned.log.changeSuffix(names.swapSuffix, '')
  disk.syncDirectory(store.folder)
  cleaned.changeSuffix(names.swapSuffix, '')
  cleaned.transactionIndex.removeIfEmpty()
  store.folderDirty = true
}

function abortedIn(log: PartitionLog, segment: Segment): AbortedTransaction[] {
  const end = log.store.segments.after(segment)?.baseOffset ?? log.logEndOffset
  const found: AbortedTransaction[] = []
  // A transaction that reaches into the segment may end in a later one, where its entry stands.
  for (const each of log.store.segments.from(segment.baseOffset)) {
    for (const transaction of each.transactionIndex.all()) {
      const { firstOffset, lastOffset, lastStableOffset } = transaction
      if (lastOffset >= segment.baseOffset && firstOffset < end) found.push(transaction)
      if (lastStableOffset >= end) return found
    }
  }
  return found
}

/** Of the last batch that stands in one of them. */
function lastOffsetOf(group: readonly Segment[]): bigint {
  for (const segment of group.toReversed()) {
    const next = segment.readNextOffset()
    if (segment.size > 0) return next - 1n
  }
  return -1n
}

function lastOfProducers(log: PartitionLog): Map<bigint, LastOfProducer> {
  return new Map(
    log.producers
      .snapshot()
      .map(({ producerId, lastOffset, epoch }) => [
        producerId,
        { lastDataOffset: lastOffset < 0n ? null : lastOffset, epoch },
      ]),
  )
}
