import { javaHashCode } from '../../protocol/names.ts'

const smallMax = 4
const bits = 5

/**
 * The order in which a Scala set walks over its elements: up to four as they came; more lie in a trie, by five bits of their hash
 * at each level, and what shares a place with others comes behind what is alone.
 */
export function scalaSetOrder(items: Iterable<string>): string[] {
  const once = [...new Set(items)]
  return once.length <= smallMax ? once : inTrie(once, 0)
}

function inTrie(items: readonly string[], shift: number): string[] {
  const places = new Map<number, string[]>()
  for (const item of items) {
    const place = (improved(javaHashCode(item)) >>> shift) % (1 << bits)
    const here = places.get(place)
    if (here === undefined) places.set(place, [item])
    else here.push(item)
  }
  const inOrder = [...places].sort(([a], [b]) => a - b).map(([, here]) => here)
  const alone = inOrder.filter((here) => here.length === 1).flat()
  // Behind the last bit those of one hash are left, as they came.
  const isLast = shift + bits >= 32
  const shared = inOrder.filter((here) => here.length > 1)
  return [...alone, ...shared.flatMap((here) => (isLast ? here : inTrie(here, shift + bits)))]
}

/** What Scala makes of a hash before it is used. */
function improved(hash: number): number {
  let mixed = (hash + ~(hash << 9)) | 0
  mixed ^= mixed >>> 14
  mixed = (mixed + (mixed << 4)) | 0
  return mixed ^ (mixed >>> 10)
}
