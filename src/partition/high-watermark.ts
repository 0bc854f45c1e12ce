/** The offset below which every in-sync replica holds the log; it never moves back. */
export function highWatermarkOf(current: bigint, logEndOffsets: Iterable<bigint>): bigint {
  let lowest: bigint | null = null
  for (const end of logEndOffsets) {
    if (lowest === null || end < lowest) lowest = end
  }
  return lowest === null || lowest < current ? current : lowest
}
