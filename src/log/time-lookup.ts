/** Where records of a time stand: for ListOffsets by timestamp (KIP-79) and by largest timestamp (KIP-734). */
import { RecordCursor } from '../protocol/batch/cursor.ts'
import { lastOffsetOf, leaderEpochOf, maxTimestampOf } from './batch-facts.ts'
import { checkBatch, checkEnd } from './damage.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'

export interface TimedOffset {
  readonly offset: bigint
  readonly timestamp: bigint
  /** Of the batch; −1 in the older formats. */
  readonly leaderEpoch: number
}

/** The first record at `from` or behind it whose time is not before the one asked for. */
export function offsetForTimestamp(
  segments: Segments,
  timestamp: bigint,
  from: bigint,
): TimedOffset | null {
  for (const segment of segments) {
    if (segment.maxTimestamp < timestamp) continue
    const found = inSegment(segment, timestamp, from)
    if (found !== null) return found
  }
  return null
}

/** The first record with the largest time of all. */
export function offsetOfMaxTimestamp(segments: Segments): TimedOffset | null {
  let latest: Segment | null = null
  for (const segment of segments) {
    if (segment.maxTimestamp > (latest?.maxTimestamp ?? -1n)) latest = segment
  }
  return latest === null ? null : inSegment(latest, latest.maxTimestamp, latest.baseOffset)
}

function inSegment(segment: Segment, timestamp: bigint, from: bigint): TimedOffset | null {
  const after = segment.timeIndex.lookup(timestamp)
  const start = Math.max(after, Number(from - segment.baseOffset))
  const scan = segment.scan({ start: segment.offsetIndex.lookup(start) })
  const cursor = new RecordCursor()
  while (scan.next()) {
    if (maxTimestampOf(scan.bytes, scan.at) < timestamp) continue
    if (lastOffsetOf(scan.bytes, scan.at) < from) continue
    scan.load()
    checkBatch(segment, scan)
    cursor.open(scan.bytes, scan.at)
    while (cursor.next()) {
      const found = cursor.timestamp()
      const offset = cursor.offset()
      if (found < timestamp || offset < from) continue
      return { offset, timestamp: found, leaderEpoch: leaderEpochOf(scan.bytes, scan.at) }
    }
  }
  checkEnd(segment, scan)
  return null
}
