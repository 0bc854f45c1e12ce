const jitter = 0.2

/**
 * How long to wait before attempt number `attempts` + 1 (KIP-580): twice as long each time up to a limit, and a little
 * more or less, so that many clients do not come back in the same moment.
 */
export function backoffMs(
  attempts: number,
  { firstMs, maxMs, chance }: { firstMs: number; maxMs: number; chance: number },
): number {
  if (firstMs >= maxMs) return maxMs
  const exponential = firstMs * 2 ** Math.min(attempts, 30)
  return Math.min(maxMs, exponential) * (1 - jitter + 2 * jitter * chance)
}
