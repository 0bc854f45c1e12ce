/** Where a partition begins, how far all in-sync replicas have it, and where it ends: logStartOffset ≤ highWatermark ≤ logEndOffset. */
export interface LogOffsets {
  logStartOffset: bigint
  highWatermark: bigint
  logEndOffset: bigint
}
