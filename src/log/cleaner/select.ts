/** Which part of a log may be compacted, and whether it is worth it. */
import { smaller } from '../../base/bigint.ts'
import type { PartitionLog } from '../partition-log.ts'
import type { Segment } from '../segment.ts'

export interface Cleanable {
  readonly firstDirtyOffset: bigint
  /** The base offset of a segment: everything below it may be cleaned. */
  readonly firstUncleanableOffset: bigint
  readonly cleanBytes: number
  readonly dirtyBytes: number
  /** max.compaction.lag.ms is over for a dirty record. */
  readonly due: boolean
}

/** `cleanedUpTo`: from the cleaner's checkpoint. */
export function cleanable(
  log: PartitionLog,
  cleanedUpTo: bigint | undefined,
  now: number,
): Cleanable {
  const segments = [...log.store.segments]
  const firstDirtyOffset = firstDirty(log, cleanedUpTo)
  const firstUncleanableOffset = firstUncleanable(log, segments, firstDirtyOffset, now)
  let cleanBytes = 0
  let dirtyBytes = 0
  let earliest = Number.POSITIVE_INFINITY
  for (const [index, { baseOffset, size }] of segments.entries()) {
    if (baseOffset >= firstUncleanableOffset) break
    const end = segments[index + 1]?.baseOffset ?? log.logEndOffset
    if (end <= firstDirtyOffset) {
      cleanBytes += size
      continue
    }
    dirtyBytes += size
    const first = segments[index]!.firstTimestamp()
    if (first >= 0n) earliest = Math.min(earliest, Number(first))
  }
  const due = now - earliest > log.config.compactionLagMaxMs
  return { firstDirtyOffset, firstUncleanableOffset, cleanBytes, dirtyBytes, due }
}

export function dirtyRatio({ cleanBytes, dirtyBytes }: Cleanable): number {
  return dirtyBytes === 0 ? 0 : dirtyBytes / (cleanBytes + dirtyBytes)
}

export function worthCleaning(cleaning: Cleanable, dirtyRatioMin: number): boolean {
  return cleaning.dirtyBytes > 0 && (cleaning.due || dirtyRatio(cleaning) > dirtyRatioMin)
}

/** A checkpoint that does not fit the log (it was truncated, or its start moved) counts for nothing. */
function firstDirty(log: PartitionLog, cleanedUpTo: bigint | undefined): bigint {
  const start = log.logStartOffset
  if (cleanedUpTo === undefined || cleanedUpTo > log.logEndOffset || cleanedUpTo < start) {
    return start
  }
  return cleanedUpTo
}

/** The active segment is never cleaned, nor what is not stable, nor what is younger than min.compaction.lag.ms. */
function firstUncleanable(
  log: PartitionLog,
  segments: readonly Segment[],
  firstDirtyOffset: bigint,
  now: number,
): bigint {
  const { compactionLagMinMs } = log.config
  const limit = smaller(log.lastStableOffset, log.store.segments.active.baseOffset)
  let found = log.store.segments.active.baseOffset
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.baseOffset
    const young =
      compactionLagMinMs > 0 &&
      (end === undefined || end > firstDirtyOffset) &&
      segment.largestTimestamp() > now - compactionLagMinMs
    if (end === undefined || end > limit || young) {
      found = segment.baseOffset
      break
    }
  }
  return found
}

export interface GroupLimits {
  readonly segmentBytes: number
  readonly indexEntries: number
  readonly timeIndexEntries: number
  readonly offsetsMax: bigint
}

/** Neighbours that fit into one segment together, so that compaction does not leave ever smaller ones. */
export function groupSegments(
  segments: readonly Segment[],
  end: bigint,
  limits: GroupLimits,
): Segment[][] {
  const groups: Segment[][] = []
  let group: Segment[] = []
  for (const [index, segment] of segments.entries()) {
    const segmentEnd = segments[index + 1]?.baseOffset ?? end
    if (group.length > 0 && !fits(group, segment, segmentEnd, limits)) {
      groups.push(group)
      group = []
    }
    group.push(segment)
  }
  if (group.length > 0) groups.push(group)
  return groups
}

function fits(
  group: readonly Segment[],
  segment: Segment,
  segmentEnd: bigint,
  limits: GroupLimits,
): boolean {
  const together = [...group, segment]
  const sum = (sizeOf: (each: Segment) => number) =>
    together.reduce((total, each) => total + sizeOf(each), 0)
  return (
    sum(({ size }) => size) <= limits.segmentBytes &&
    sum(({ offsetIndex }) => offsetIndex.count) <= limits.indexEntries &&
    sum(({ timeIndex }) => timeIndex.count) <= limits.timeIndexEntries &&
    segmentEnd - group[0]!.baseOffset <= limits.offsetsMax
  )
}
