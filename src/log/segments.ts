/** The segments of a partition, in order; the last one is active. Finds by halving, without an object for each question. */
import { assert } from '../base/assert.ts'
import type { Segment } from './segment.ts'

export class Segments implements Iterable<Segment> {
  readonly #list: Segment[] = []

  get count(): number {
    return this.#list.length
  }

  get first(): Segment {
    return this.#at(0)
  }

  get active(): Segment {
    return this.#at(this.#list.length - 1)
  }

  [Symbol.iterator](): IterableIterator<Segment> {
    return this.#list[Symbol.iterator]()
  }

  at(index: number): Segment | undefined {
    return this.#list[index]
  }

  /** The index of the last segment that begins at the offset or before it; −1 if all begin behind it. */
  indexOf(offset: bigint): number {
    const list = this.#list
    let low = -1
    let high = list.length - 1
    // Readers mostly ask for what was written last.
    if (high >= 0 && list[high]!.baseOffset <= offset) return high
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (list[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  floor(offset: bigint): Segment | undefined {
    return this.#list[this.indexOf(offset)]
  }

  after(segment: Segment): Segment | undefined {
    return this.#list[this.indexOf(segment.baseOffset) + 1]
  }

  before(segment: Segment): Segment | undefined {
    return this.#list[this.indexOf(segment.baseOffset) - 1]
  }

  /** Those that can hold something at the offset or behind it. */
  from(offset: bigint): Segment[] {
    return this.#list.slice(Math.max(0, this.indexOf(offset)))
  }

  add(segment: Segment): void {
    const index = this.indexOf(segment.baseOffset)
    assert(
      this.#list[index]?.baseOffset !== segment.baseOffset,
      `there is one segment at ${segment.baseOffset}`,
    )
    this.#list.splice(index + 1, 0, segment)
  }

  remove(segment: Segment): void {
    const index = this.#list.indexOf(segment)
    if (index >= 0) this.#list.splice(index, 1)
  }

  sizeBytes(): number {
    let size = 0
    for (const segment of this.#list) size += segment.size
    return size
  }

  #at(index: number): Segment {
    const segment = this.#list[index]
    assert(segment !== undefined, 'a log has at least one segment')
    return segment
  }
}
