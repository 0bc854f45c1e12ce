/** Questions about thousands of things, some at a time. */

const inFlightMax = 4

/**
 * Asks in portions of at most `size` things and joins the answers. A few questions are on their way at any time: the broker
 * works on the next answer while the last one is read here, and what has been read can be forgotten early.
 */
export async function inPortions<K, V, A>(
  items: readonly K[],
  size: number,
  ask: (portion: readonly K[]) => Promise<Map<A, V>>,
): Promise<Map<A, V>> {
  if (items.length <= size) return ask(items)
  const answers: Map<A, V>[] = []
  let asked = 0
  const goOn = async () => {
    while (asked < items.length) {
      const from = asked
      asked += size
      answers[from / size] = await ask(items.slice(from, from + size))
    }
  }
  await Promise.all(Array.from({ length: inFlightMax }, goOn))
  return joined(answers)
}

function joined<A, V>(maps: readonly Map<A, V>[]): Map<A, V> {
  const all = new Map<A, V>()
  for (const each of maps) for (const [key, value] of each) all.set(key, value)
  return all
}
