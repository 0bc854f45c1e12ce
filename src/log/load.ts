/** Opens the folder of a partition. After a clean stop nothing is scanned but the tail behind the last index entry. */
import { larger, smaller } from '../base/bigint.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { LogContext } from './context.ts'
import { cleanShutdownFile, readTopicId } from './directory-files.ts'
import { LeaderEpochs, leaderEpochFile } from './leader-epochs.ts'
import { type FolderContents, settleFolder } from './leftovers.ts'
import type { LogConfig } from './log-config.ts'
import * as names from './names.ts'
import { PartitionLog } from './partition-log.ts'
import { ProducerState } from './producers/producer-state.ts'
import { rebuildTransactionIndex, recoverSegment, restoreProducers } from './recovery.ts'
import { Segment } from './segment.ts'
import { readEnd } from './segment-end.ts'
import { indexFault, replaceIndexes } from './segment-indexes.ts'
import { SegmentStore } from './segment-store.ts'
import type { Segments } from './segments.ts'

export interface LoadOptions {
  readonly context: LogContext
  readonly folder: string
  readonly topic: string
  readonly partition: number
  /** Where partition.metadata is missing it is written with this one. */
  readonly topicId?: string
  readonly config: LogConfig
  /** The last broker stopped cleanly: what it wrote is whole. */
  readonly clean: boolean
  /** From the checkpoints; null where they say nothing. */
  readonly recoveryPoint: bigint | null
  readonly logStartOffset: bigint | null
  readonly highWatermark: bigint | null
  /** Not null where a cleaner has been over it: its segments may end before the next one begins. */
  readonly cleanedUpTo: bigint | null
}

export function loadPartition(options: LoadOptions): PartitionLog {
  const { context, folder, topic, partition, config } = options
  // What cannot be read is said before anything is changed.
  const topicId = readTopicId(context.disk, folder) ?? options.topicId ?? ''
  const epochs = LeaderEpochs.open(context.disk, `${folder}/${leaderEpochFile}`)
  const contents = settleFolder(context, folder, (name) => lastOffsetIn(context, folder, name))
  const store = new SegmentStore(context, folder, contents.snapshots)
  for (const baseOffset of contents.segments) store.open(baseOffset)
  const producers = new ProducerState()
  const loaded = { options, store, contents, epochs, producers }
  if (store.segments.count === 0) store.create(options.logStartOffset ?? 0n)
  const ended = options.clean ? openClean(loaded) : null
  let logEndOffset = ended ?? recover(loaded)
  const { segments } = store
  let logStartOffset = larger(options.logStartOffset ?? 0n, segments.first.baseOffset)
  if (logEndOffset < logStartOffset) {
    context.logger.warn(
      { partition: `${topic}-${partition}`, logStartOffset, logEndOffset },
      'the log ends before its start; it begins anew there',
    )
    store.drop([...segments], { snapshots: true, config })
    store.create(logStartOffset)
    producers.clear()
    logEndOffset = logStartOffset
  }
  logStartOffset = larger(logStartOffset, segments.first.baseOffset)
  epochs.truncateFromEnd(logEndOffset)
  epochs.truncateFromStart(logStartOffset)
  producers.endOffset = logEndOffset
  producers.startedAt(logStartOffset)
  producers.expire(context.clock.now(), context.producerIdExpirationMs())
  const recoveryPoint = smaller(options.recoveryPoint ?? 0n, logEndOffset)
  const highWatermark = larger(
    smaller(options.highWatermark ?? logStartOffset, logEndOffset),
    logStartOffset,
  )
  producers.advance(highWatermark)
  return new PartitionLog({
    topic,
    partition,
    topicId,
    context,
    config,
    store,
    epochs,
    producers,
    logStartOffset,
    logEndOffset,
    highWatermark,
    recoveryPoint: ended === null ? recoveryPoint : logEndOffset,
  })
}

interface Loaded {
  readonly options: LoadOptions
  readonly store: SegmentStore
  readonly contents: FolderContents
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
}

/** Null where the log does not end with a batch: something has been at it since the stop, and it is read again. */
function openClean(loaded: Loaded): bigint | null {
  const { options, store, producers } = loaded
  const { context } = options
  const { active } = store.segments
  for (const segment of store.segments) {
    ensureIndexes(segment, loaded)
    const before = store.segments.before(segment)
    if (before !== undefined) tellBreak(before, segment, options)
  }
  if (active.size > 0) active.openToWrite()
  const { nextOffset: logEndOffset, fault } = readEnd(active)
  if (fault !== null) {
    if (options.topic === names.metadataTopic) throw lostMetadata(active, fault)
    tell(
      context,
      active,
      `it should have been closed cleanly, but ends with ${fault}; it is read again`,
    )
    return null
  }
  store.snapshots.removeStrays(new Set([...store.segments].map(({ baseOffset }) => baseOffset)))
  store.snapshots.removeWhere((offset) => offset > logEndOffset)
  if (store.snapshots.offsets.length > 0) {
    const { unreadable } = restoreProducers(store, producers, logEndOffset)
    for (const each of unreadable)
      context.logger.warn({}, `removed an unreadable snapshot: ${each}`)
  }
  return logEndOffset
}

/** Reads every segment that holds something at the recovery point or behind it; the rest was safe. */
function recover(loaded: Loaded): bigint {
  const { options, store, epochs, producers } = loaded
  const { context, config, recoveryPoint } = options
  const { segments, snapshots } = store
  for (const segment of segments.from(recoveryPoint ?? 0n)) segment.checkFiles()
  const suspects = suspectsOf(segments, recoveryPoint ?? 0n)
  snapshots.removeStrays(new Set([...segments].map(({ baseOffset }) => baseOffset)))
  for (const segment of segments) {
    if (!suspects.includes(segment)) ensureIndexes(segment, loaded)
  }
  const first = suspects[0]!
  snapshots.doubtAbove(first.baseOffset)
  restoreProducers(store, producers, first.baseOffset)
  // The batches say it again, and better: the file may tell of ones that were cut before the crash.
  epochs.truncateFromEnd(first.baseOffset)
  const { indexIntervalBytes } = config
  let nextOffset = first.baseOffset
  for (const [index, segment] of suspects.entries()) {
    const rest = suspects.slice(index)
    const misfit = misfitOf(segment, nextOffset, options)
    if (misfit === 'stale') {
      tell(
        context,
        segment,
        'what it holds stands in the segment before it, or was cut off before the stop; it is dropped',
      )
      store.drop([segment], { snapshots: true, config })
      continue
    }
    if (misfit === 'gap') {
      tell(
        context,
        segment,
        `the records from ${nextOffset} on, before it, are lost; it is dropped`,
      )
      store.drop(rest, { snapshots: true, config })
      break
    }
    tellHole(segment, nextOffset, options)
    producers.endOffset = segment.baseOffset
    const recovered = recoverSegment(segment, { producers, epochs, indexIntervalBytes })
    nextOffset = recovered.nextOffset
    if (rest.length > 1 || recovered.fault !== null) store.takeSnapshot(producers)
    if (recovered.fault !== null) {
      const { fault, cutBytes } = recovered
      const which = nextOffset < (recoveryPoint ?? 0n) ? 'once flushed' : 'not flushed'
      tell(
        context,
        segment,
        `found ${fault}: cut off ${cutBytes} bytes (${which}), and what follows; the log ends at offset ${nextOffset} now`,
      )
      store.drop(rest.slice(1), { snapshots: true, config })
      // Else what was cut could be back after the next crash, behind what will have been written over its beginning.
      segment.log.syncNow()
      break
    }
    if (rest.length > 1) store.seal(segment)
  }
  snapshots.removeDoubted()
  if (segments.active !== suspects.at(-1)) context.disk.syncDirectory(store.folder)
  return nextOffset
}

/** Records of the metadata log were on the medium before anybody heard of them: no stop takes them away. */
function lostMetadata({ log }: Segment, fault: string): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${log.path} ends with ${fault}, although it was closed cleanly: some of the topics and configurations are lost. Put back a copy of the file; or remove ${cleanShutdownFile} from the log directory, and the broker goes on with what is left, and puts topics that it does not know aside as -stray`,
  )
}

/**
 * What lies at the recovery point or behind it. Where the segment before reaches into the first of these, one of the two is too
 * much, and only reading both tells which.
 */
function suspectsOf(segments: Segments, recoveryPoint: bigint): Segment[] {
  let suspects = segments.from(recoveryPoint)
  for (;;) {
    const first = suspects[0]!
    const before = segments.before(first)
    if (before === undefined || before.readNextOffset() <= first.baseOffset) break
    suspects = [before, ...suspects]
  }
  if (suspects.at(-1)!.size > 0) suspects.at(-1)!.openToWrite()
  return suspects
}

/**
 * After a power cut a segment that was dropped may be back, and one whose tail is lost may have a successor. Kafka takes both as
 * they are.
 */
function misfitOf(
  { baseOffset }: Segment,
  nextOffset: bigint,
  { config, cleanedUpTo, recoveryPoint, logStartOffset }: LoadOptions,
): 'stale' | 'gap' | null {
  if (baseOffset < nextOffset) return 'stale'
  if (baseOffset === nextOffset) return null
  // What was flushed is not lost: where it is missing, it was deleted, as is what lies below the log start.
  if (nextOffset < (recoveryPoint ?? 0n) || baseOffset <= (logStartOffset ?? 0n)) return null
  return mayHaveGaps({ config, cleanedUpTo }) ? null : 'gap'
}

/** Kafka's cleaner leaves gaps, and may have been here after both the recovery point and its own checkpoint were written. */
function mayHaveGaps({ config, cleanedUpTo }: Pick<LoadOptions, 'config' | 'cleanedUpTo'>) {
  return config.cleanupPolicies.includes('compact') || cleanedUpTo !== null
}

/** Where the one segment does not end as the next one begins. */
function tellBreak(before: Segment, segment: Segment, options: LoadOptions): void {
  const { nextOffset, fault } = readEnd(before)
  if (fault === null) return tellHole(segment, nextOffset, options)
  const last = segment.baseOffset - 1n
  tell(options.context, before, `${fault}: from there up to record ${last} nothing can be read`)
}

/** What was safe once and is not there is told, and not more: Kafka's readers go on behind it, too. */
function tellHole(segment: Segment, nextOffset: bigint, options: LoadOptions): void {
  const { baseOffset } = segment
  const isMissed = baseOffset > nextOffset && baseOffset > (options.logStartOffset ?? 0n)
  if (!isMissed || mayHaveGaps(options)) return
  tell(
    options.context,
    segment,
    `records ${nextOffset} to ${baseOffset - 1n}, which stood before it, are not there, and readers go on behind them; if a file was taken away, stop the broker and put it back`,
  )
}

function tell({ logger }: LogContext, { log }: Segment, message: string): void {
  logger.warn({ file: log.path }, message)
}

/** Of a segment that is not read again. */
function ensureIndexes(segment: Segment, { options, store, contents }: Loaded): void {
  const { context, config } = options
  const name = names.offsetName(segment.baseOffset)
  const isThere = (suffix: string) => contents.names.has(name + suffix)
  const missing = !isThere(names.offsetIndexSuffix) || !isThere(names.timeIndexSuffix)
  const fault = missing && segment.size > 0 ? 'an index is missing' : indexFault(segment)
  if (fault !== null) {
    tell(context, segment, `${fault}; the indexes are built anew`)
    const damage = replaceIndexes(segment, config.indexIntervalBytes)
    if (damage !== null) context.damaged(damage)
  }
  if (!isThere(names.transactionIndexSuffix)) return
  const { transactionIndex, baseOffset } = segment
  const end = store.segments.after(segment)?.baseOffset ?? segment.readNextOffset()
  const inTransactions = transactionIndex.fault(baseOffset, end)
  if (inTransactions === null) return
  const { path } = transactionIndex.file
  tell(context, segment, `${path}: ${inTransactions}; it is built anew`)
  rebuildTransactionIndex(segment, store)
}

function lastOffsetIn({ files, clock }: LogContext, folder: string, swapLog: string): bigint {
  const baseOffset = names.offsetOf(swapLog, names.logSuffix + names.swapSuffix) ?? 0n
  const suffix = names.swapSuffix
  const segment = new Segment({
    files,
    directory: folder,
    baseOffset,
    fresh: false,
    createdMs: clock.now(),
    suffix,
  })
  const next = segment.readNextOffset()
  segment.close()
  return next - 1n
}
