/** Whether the indexes of a segment that is not read again can be right; and new ones where they cannot. */
import * as facts from './batch-facts.ts'
import { DamagedRecords } from './damage.ts'
import type { Segment } from './segment.ts'

/** Why one of them cannot belong to the segment; null where both can. It looks at their sizes and last entries only. */
export function indexFault({ offsetIndex, timeIndex, size, baseOffset }: Segment): string | null {
  const inOffsets = offsetIndex.fault(size)
  if (inOffsets !== null) return `${offsetIndex.entries.file.path}: ${inOffsets}`
  const inTimes = timeIndex.fault()
  if (inTimes !== null) return `${timeIndex.entries.file.path}: ${inTimes}`
  if (size > 0 || timeIndex.count === 0) return null
  return `${timeIndex.entries.file.path}: it has entries, and no batch stands in the segment at ${baseOffset}`
}

/**
 * From the batches; whole or not at all, and safe at once: nobody looks at them again. Where a batch cannot be read they end, and
 * nothing behind it will be found any more: answers with where that is.
 */
export function replaceIndexes(
  segment: Segment,
  indexIntervalBytes: number,
): DamagedRecords | null {
  segment.resetIndexes()
  const scan = segment.scan({ start: 0 })
  while (scan.next()) {
    const { bytes, at, position, size } = scan
    const lastOffset = facts.lastOffsetOf(bytes, at)
    const maxTimestamp = facts.maxTimestampOf(bytes, at)
    segment.note({ position, size, lastOffset, maxTimestamp }, indexIntervalBytes)
  }
  segment.completeIndexes()
  segment.offsetIndex.entries.replace()
  segment.timeIndex.entries.replace()
  segment.seal()
  return scan.fault === null ? null : new DamagedRecords(segment, scan.end, scan.fault)
}
