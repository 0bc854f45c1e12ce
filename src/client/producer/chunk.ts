import { type Slices, spanWidth } from '../../protocol/batch/spans.ts'
import { recordSizeMax } from './record-size.ts'
import type { Route } from './router.ts'

/** Records that came together, and what holds for all of them. */
export type Chunk = {
  readonly route: Route
  readonly timestamp: number
  readonly slices: Slices
  readonly partitions: Int32Array | null
}

/** The time of a record, or of its chunk where it has none. */
export function timeOf({ slices: { timestamps }, timestamp }: Chunk, index: number): number {
  const own = timestamps === undefined ? -1 : timestamps[index]!
  return own < 0 ? timestamp : own
}

/** Null is −1. */
export function sizesOf(spans: Int32Array, index: number): { keySize: number; valueSize: number } {
  const at = index * spanWidth
  return {
    keySize: spans[at]! < 0 ? -1 : spans[at + 1]! - spans[at]!,
    valueSize: spans[at + 2]! < 0 ? -1 : spans[at + 3]! - spans[at + 2]!,
  }
}

/** What the limits go by, as `recordSizeMax` reckons it. */
export function sizeMaxOf(spans: Int32Array, index: number): number {
  const { keySize, valueSize } = sizesOf(spans, index)
  const at = index * spanWidth
  return recordSizeMax(keySize, valueSize, {
    count: spans[at + 4]!,
    size: spans[at + 6]! - spans[at + 5]!,
  })
}
