import { lastOffsetOf } from './batch-facts.ts'
import type { Segment } from './segment.ts'

/** The offset behind the last batch, and what stands behind it that is none. Reads from the last index entry on. */
export function readEnd(segment: Segment): { nextOffset: bigint; fault: string | null } {
  let nextOffset = segment.baseOffset
  if (segment.size === 0) return { nextOffset, fault: null }
  const { offsetIndex } = segment
  const { count } = offsetIndex
  const scan = segment.scan({ start: count === 0 ? 0 : offsetIndex.position(count - 1) })
  while (scan.next()) nextOffset = lastOffsetOf(scan.bytes, scan.at) + 1n
  return { nextOffset, fault: scan.fault }
}
