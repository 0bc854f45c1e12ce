/** Sorts the records of one chunk by where they go: with a partition of their own, by their keys, or wherever the sticky one is. */
import { partitionForKey } from '../../base/murmur2.ts'
import { type Choice, type Slices, spanWidth } from '../../protocol/batch/spans.ts'
import { sizeMaxOf } from './chunk.ts'
import { sizeMargin } from './record-size.ts'
import type { ProducerSettings } from './settings.ts'

export type Run = { readonly to: number; readonly kind: 'sticky' | 'directed' | 'too-large' }

export class LaneChoice {
  readonly #settings: ProducerSettings
  #lanes = new Int32Array(1024)
  #order = new Int32Array(1024)

  constructor(settings: ProducerSettings) {
    this.#settings = settings
  }

  /** How far records go that are treated alike; one that is too large is a run of its own. */
  run(slices: Slices, partitions: Int32Array | null, from: number): Run {
    const { source, headers, count, spans } = slices
    const { maxRequestSize, bufferMemory } = this.#settings
    const limit = Math.min(maxRequestSize, bufferMemory)
    const wholeSize = source.length + (headers?.length ?? 0) + sizeMargin
    const isSmall = wholeSize <= limit
    const isLarge = (index: number) => !isSmall && sizeMaxOf(spans, index) > limit
    if (isLarge(from)) return { to: from + 1, kind: 'too-large' }
    const isSticky = this.#isSticky(spans, partitions, from)
    let to = from + 1
    while (to < count && !isLarge(to) && this.#isSticky(spans, partitions, to) === isSticky) to++
    return { to, kind: isSticky ? 'sticky' : 'directed' }
  }

  /** The partition of a record that is directed to one, else null. */
  laneOf(
    laneCount: number,
    { source, spans }: Slices,
    partitions: Int32Array | null,
    index: number,
  ): number | null {
    if (this.#isSticky(spans, partitions, index)) return null
    const own = partitions === null ? -1 : partitions[index]!
    if (own >= 0) return own
    const at = index * spanWidth
    return partitionForKey(source, laneCount, spans[at]!, spans[at + 1]!)
  }

  /** The records of a directed run, lane by lane, in each in their order. What is handed out is valid until the next call. */
  *byLane(
    laneCount: number,
    slices: Slices,
    partitions: Int32Array | null,
    { from, to }: { from: number; to: number },
  ): Generator<Choice & { lane: number }> {
    if (laneCount === 1) {
      yield { lane: 0, from, to, order: null }
      return
    }
    if (to > this.#lanes.length) {
      this.#lanes = new Int32Array(to * 2)
      this.#order = new Int32Array(to * 2)
    }
    const lanes = this.#lanes
    const order = this.#order
    // A counting sort, which leaves equals in their order; ends[lane] moves from the lane's start to its end.
    const ends = new Int32Array(laneCount + 1)
    for (let index = from; index < to; index++) {
      const lane = this.laneOf(laneCount, slices, partitions, index)!
      lanes[index] = lane
      ends[lane + 1]!++
    }
    for (let lane = 0; lane < laneCount; lane++) ends[lane + 1]! += ends[lane]!
    for (let index = from; index < to; index++) order[ends[lanes[index]!]!++] = index
    let start = 0
    for (let lane = 0; lane < laneCount; lane++) {
      const end = ends[lane]!
      if (end > start) yield { lane, from: start, to: end, order }
      start = end
    }
  }

  #isSticky(spans: Int32Array, partitions: Int32Array | null, index: number): boolean {
    if (partitions !== null && partitions[index]! >= 0) return false
    return this.#settings.ignoreKeys || spans[index * spanWidth]! < 0
  }
}
