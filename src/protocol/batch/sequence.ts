/**
 * Sequence numbers of an idempotent producer (KIP-98) count the records of a partition from 0 to 2³¹ − 1 and then begin
 * at 0 again.
 */
export function incrementSequence(sequence: number, by: number): number {
  return sequence > 0x7fffffff - by ? by - (0x7fffffff - sequence) - 1 : sequence + by
}

export function decrementSequence(sequence: number, by: number): number {
  return sequence < by ? 0x7fffffff - (by - sequence) + 1 : sequence - by
}

/** −1 for a batch without sequence numbers. */
export function lastSequence(baseSequence: number, lastOffsetDelta: number): number {
  return baseSequence < 0 ? -1 : incrementSequence(baseSequence, lastOffsetDelta)
}
