import type { LogConfig } from './log-config.ts'
import { relativeOffsetMax, type Segment } from './segment.ts'

export interface Incoming {
  readonly size: number
  readonly maxTimestamp: bigint
  readonly firstOffset: bigint
  readonly lastOffset: bigint
}

/**
 * Whether the active segment has to give way to a new one before these bytes: it would become too large, its first record is
 * too old in the time of the records (of the clock where they have none), an index is full, or an offset would not fit.
 */
export function shouldRoll(
  segment: Segment,
  incoming: Incoming,
  { config, now, jitterMs }: { config: LogConfig; now: number; jitterMs: number },
): boolean {
  return (
    segment.size > config.segmentBytes - incoming.size ||
    (segment.size > 0 && ageOf(segment, incoming.maxTimestamp, now) > ageMax(config) - jitterMs) ||
    segment.indexIsFull(config.segmentIndexBytes) ||
    incoming.lastOffset - segment.baseOffset > BigInt(relativeOffsetMax)
  )
}

/** A log that is compacted rolls in time for max.compaction.lag.ms, since the active segment is never compacted. */
function ageMax({ cleanupPolicies, segmentMs, compactionLagMaxMs }: LogConfig): number {
  const compacted = cleanupPolicies.includes('compact') && compactionLagMaxMs > 0
  return compacted ? Math.min(compactionLagMaxMs, segmentMs) : segmentMs
}

function ageOf(segment: Segment, maxTimestamp: bigint, now: number): number {
  const first = segment.firstTimestamp()
  return first >= 0n ? Number(maxTimestamp - first) : now - segment.createdMs
}
