/** Opens the folder of a partition. After a clean stop nothing is scanned but the tail behind the last index entry. */
import { larger, smaller } from '../base/bigint.ts'
import type { LogContext } from './context.ts'
import { readTopicId } from './directory-files.ts'
import { LeaderEpochs, leaderEpochFile } from './leader-epochs.ts'
import { type FolderContents, settleFolder } from './leftovers.ts'
import type { LogConfig } from './log-config.ts'
import * as names from './names.ts'
import { PartitionLog } from './partition-log.ts'
import { ProducerState } from './producers/producer-state.ts'
import { recoverSegment, restoreProducers } from './recovery.ts'
import { Segment } from './segment.ts'
import { indexFault, replaceIndexes } from './segment-indexes.ts'
import { SegmentStore } from './segment-store.ts'

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
  const contents = settleFolder(context, folder, (name) => lastOffsetIn(context, folder, name))
  const store = new SegmentStore(context, folder, contents.snapshots)
  for (const baseOffset of contents.segments) store.open(baseOffset)
  const epochs = LeaderEpochs.open(context.disk, `${folder}/${leaderEpochFile}`)
  const producers = new ProducerState()
  const loaded = { options, store, contents, epochs, producers }
  if (store.segments.count === 0) store.create(options.logStartOffset ?? 0n)
  let logEndOffset = options.clean ? openClean(loaded) : recover(loaded)
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
    topicId: readTopicId(context.disk, folder) ?? options.topicId ?? '',
    context,
    config,
    store,
    epochs,
    producers,
    logStartOffset,
    logEndOffset,
    highWatermark,
    recoveryPoint: options.clean ? logEndOffset : recoveryPoint,
  })
}

interface Loaded {
  readonly options: LoadOptions
  readonly store: SegmentStore
  readonly contents: FolderContents
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
}

function openClean({ options, store, contents, producers }: Loaded): bigint {
  const { context } = options
  for (const segment of store.segments) ensureIndexes(segment, contents, options)
  const logEndOffset = store.segments.active.readNextOffset()
  store.snapshots.removeStrays(new Set([...store.segments].map(({ baseOffset }) => baseOffset)))
  store.snapshots.removeWhere((offset) => offset > logEndOffset)
  const { segments, snapshots } = store
  if (snapshots.offsets.length > 0) {
    const { unreadable } = restoreProducers({ segments, snapshots, producers }, logEndOffset)
    for (const each of unreadable)
      context.logger.warn({}, `removed an unreadable snapshot: ${each}`)
  }
  return logEndOffset
}

/** Reads every segment that holds something at the recovery point or behind it; the rest was safe. */
function recover({ options, store, contents, epochs, producers }: Loaded): bigint {
  const { context, config, recoveryPoint } = options
  const { segments, snapshots } = store
  const suspects = segments.from(recoveryPoint ?? 0n)
  snapshots.removeStrays(new Set([...segments].map(({ baseOffset }) => baseOffset)))
  for (const segment of segments) {
    if (!suspects.includes(segment)) ensureIndexes(segment, contents, options)
  }
  const first = suspects[0]!
  snapshots.removeWhere((offset) => offset > first.baseOffset)
  restoreProducers({ segments, snapshots, producers }, first.baseOffset)
  // The batches say it again, and better: the file may tell of ones that were cut before the crash.
  epochs.truncateFromEnd(first.baseOffset)
  const { indexIntervalBytes } = config
  let nextOffset = first.baseOffset
  for (const [index, segment] of suspects.entries()) {
    const rest = suspects.slice(index)
    const misfit = misfitOf(segment, nextOffset, options)
    if (misfit === 'stale') {
      tell(context, segment, 'it was cut off before the stop; it is dropped')
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
  if (segments.active !== suspects.at(-1)) context.disk.syncDirectory(store.folder)
  return nextOffset
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
  // Kafka's cleaner leaves such gaps, and may have been here after both the recovery point and its own checkpoint were written.
  const isCompacted = config.cleanupPolicies.includes('compact') || cleanedUpTo !== null
  return isCompacted ? null : 'gap'
}

function tell({ logger }: LogContext, { log }: Segment, message: string): void {
  logger.warn({ file: log.path }, message)
}

/** Of a segment that is not read again. */
function ensureIndexes(
  segment: Segment,
  { names: present }: FolderContents,
  { context, config }: LoadOptions,
): void {
  const name = names.offsetName(segment.baseOffset)
  const missing = ![names.offsetIndexSuffix, names.timeIndexSuffix].every((suffix) =>
    present.has(name + suffix),
  )
  if (missing && segment.size === 0) return
  const fault = missing ? 'an index is missing' : indexFault(segment)
  if (fault === null) return
  tell(context, segment, `${fault}; the indexes are built anew`)
  replaceIndexes(segment, config.indexIntervalBytes)
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
