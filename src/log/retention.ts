/** Which segments a log no longer has to keep, in Kafka's order: those below its start, those beyond its size, those too old. */
import type { Logger } from './context.ts'
import type { PartitionLog } from './partition-log.ts'
import type { Segment } from './segment.ts'

type Breach = (segment: Segment, next: Segment | undefined) => boolean

export function applyRetention(log: PartitionLog, now: number, logger: Logger): void {
  const { cleanupPolicies, retentionMs, retentionBytes } = log.config
  dropWhile(log, belowStart(log), 'they lie below the log start', logger)
  // A log that is only compacted loses records by compaction alone.
  if (!cleanupPolicies.includes('delete')) return
  if (retentionBytes >= 0) {
    dropWhile(log, beyondSize(log, retentionBytes), 'retention.bytes is exceeded', logger)
  }
  if (retentionMs >= 0) {
    dropWhile(log, olderThan(now - retentionMs), 'retention.ms is over', logger)
  }
}

/** Records below the log start that share a segment with later ones stay on disk until all of it may go. */
export function belowStart(log: PartitionLog): Breach {
  return (_segment, next) => next !== undefined && next.baseOffset <= log.logStartOffset
}

export function beyondSize(log: PartitionLog, retentionBytes: number): Breach {
  let excess = log.sizeBytes - retentionBytes
  return ({ size }) => {
    if (excess < size) return false
    excess -= size
    return true
  }
}

export function olderThan(timeMs: number): Breach {
  return (segment) => segment.largestTimestamp() < timeMs
}

/**
 * Drops segments from the first on, while the rule holds. Nothing at or above the high watermark goes. Where all would go, a
 * new one begins first.
 */
export function dropWhile(log: PartitionLog, breach: Breach, reason: string, logger: Logger): void {
  const dropped = breaching(log, breach)
  if (dropped.length === 0) return
  const { segments } = log.store
  if (dropped.length === segments.count) log.roll()
  const next = segments.after(dropped.at(-1)!)!
  log.advanceLogStartOffset(next.baseOffset)
  log.dropSegments(dropped)
  logger.info(
    { log: log.name, segments: dropped.map(({ baseOffset }) => String(baseOffset)) },
    `dropped ${dropped.length} segments: ${reason}; the log begins at ${log.logStartOffset} now`,
  )
}

function breaching(log: PartitionLog, breach: Breach): Segment[] {
  const list = [...log.store.segments]
  const dropped: Segment[] = []
  for (const [index, segment] of list.entries()) {
    const next = list[index + 1]
    const end = next?.baseOffset ?? log.logEndOffset
    if (next === undefined && segment.size === 0) break
    if (log.highWatermark < end || !breach(segment, next)) break
    dropped.push(segment)
  }
  return dropped
}
