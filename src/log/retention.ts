/**
 * Which segments a log no longer has to keep, in Kafka's order: those below its start, those beyond its size, those too old.
 *
 * In two steps, with the log start made safe between them. The names of files change in no certain order when the power fails:
 * without a start that is known, a segment that went could not be told from one that was lost.
 */
import type { Logger } from './context.ts'
import type { PartitionLog } from './partition-log.ts'
import type { Segment } from './segment.ts'

type Breach = (segment: Segment, next: Segment | undefined) => boolean

/** Moves the log's start behind the segments that may go. Where all would go, a new one begins first. */
export function moveStart(log: PartitionLog, now: number, logger: Logger): void {
  const { cleanupPolicies, retentionMs, retentionBytes } = log.config
  // A log that is only compacted loses records by compaction alone.
  if (!cleanupPolicies.includes('delete')) return
  if (retentionBytes >= 0) {
    moveWhile(log, beyondSize(log, retentionBytes), 'retention.bytes is exceeded', logger)
  }
  if (retentionMs >= 0) moveWhile(log, olderThan(now - retentionMs), 'retention.ms is over', logger)
}

/** Records below the log start that share a segment with later ones stay on disk until all of it may go. */
export function segmentsBelowStart(log: PartitionLog): Segment[] {
  const { segments } = log.store
  return segmentsWhile(log, [...segments], (_, next) => {
    return next !== undefined && next.baseOffset <= log.logStartOffset
  })
}

/** Takes the segments below the log's start out of use. */
export function dropBelowStart(log: PartitionLog, logger: Logger): void {
  const dropped = segmentsBelowStart(log)
  if (dropped.length === 0) return
  log.dropSegments(dropped)
  logger.info(
    { log: log.name, segments: dropped.map(({ baseOffset }) => String(baseOffset)) },
    `dropped ${dropped.length} segments: they lie below the log start, ${log.logStartOffset}`,
  )
}

/** The same for a log whose start stands in no checkpoint: one after the other, so that what is left is always its end. */
export function dropInOrder(log: PartitionLog, logger: Logger): void {
  const { context, folder } = log.store
  for (const segment of segmentsBelowStart(log)) {
    log.dropSegments([segment])
    context.disk.syncDirectory(folder)
    logger.info({ log: log.name }, `dropped the segment at ${segment.baseOffset}`)
  }
}

function beyondSize(log: PartitionLog, retentionBytes: number): Breach {
  let excess = -retentionBytes
  for (const { size } of segmentsAboveStart(log)) excess += size
  return ({ size }) => {
    if (excess < size) return false
    excess -= size
    return true
  }
}

function olderThan(timeMs: number): Breach {
  return (segment) => segment.largestTimestamp() < timeMs
}

function moveWhile(log: PartitionLog, breach: Breach, reason: string, logger: Logger): void {
  const { segments } = log.store
  const last = segmentsWhile(log, segmentsAboveStart(log), breach).at(-1)
  if (last === undefined) return
  if (last === segments.active) log.roll()
  log.advanceLogStartOffset(segments.after(last)!.baseOffset)
  logger.info({ log: log.name }, `${log.name} begins at ${log.logStartOffset} now: ${reason}`)
}

function segmentsAboveStart(log: PartitionLog): Segment[] {
  return [...log.store.segments].slice(segmentsBelowStart(log).length)
}

/** Nothing at or above the high watermark goes, nor a last segment that is empty. */
function segmentsWhile(log: PartitionLog, list: readonly Segment[], breach: Breach): Segment[] {
  const found: Segment[] = []
  for (const [index, segment] of list.entries()) {
    const next = list[index + 1]
    const end = next?.baseOffset ?? log.logEndOffset
    if (next === undefined && segment.size === 0) break
    if (log.highWatermark < end || !breach(segment, next)) break
    found.push(segment)
  }
  return found
}
