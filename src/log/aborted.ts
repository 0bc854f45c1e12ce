import { smaller } from '../base/bigint.ts'
import { int32At } from '../base/bytes.ts'
import { sizePrefix } from '../protocol/batch/layout.ts'
import { lastOffsetOf } from './batch-facts.ts'
import type { Segments } from './segments.ts'

/** As a Fetch response tells it: drop this producer's records from there on, up to its next marker. */
export interface AbortedRange {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/** The aborted transactions that reach into what was read: a reader of committed records has to leave their records out. */
export function abortedTransactions(
  segments: Segments,
  { offset, bytes, upTo }: { offset: bigint; bytes: Uint8Array; upTo: bigint },
): AbortedRange[] {
  const end = endOf(bytes)
  if (end === null) return []
  const limit = smaller(end, upTo)
  const found: AbortedRange[] = []
  for (const segment of segments.from(offset)) {
    for (const each of segment.transactionIndex.all()) {
      const { producerId, firstOffset, lastOffset, lastStableOffset } = each
      if (lastOffset >= offset && firstOffset < limit) found.push({ producerId, firstOffset })
      // What is written later began behind it.
      if (lastStableOffset >= limit) return found
    }
  }
  return found
}

/** The offset behind the last batch. */
function endOf(bytes: Uint8Array): bigint | null {
  let last = -1
  for (let at = 0; at < bytes.length; at += sizePrefix + int32At(bytes, at + 8)) last = at
  return last < 0 ? null : lastOffsetOf(bytes, last) + 1n
}
