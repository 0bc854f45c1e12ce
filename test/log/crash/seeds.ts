/** Those of a test, unless `JACKDAW_CRASH_SEEDS` names others: `17`, or `1-500`. */
export function seedsOf(usual: readonly number[]): readonly number[] {
  const [first, last = first] = (process.env.JACKDAW_CRASH_SEEDS ?? '').split('-').map(Number)
  if (!first) return usual
  return Array.from({ length: last! - first + 1 }, (_, index) => first + index)
}
