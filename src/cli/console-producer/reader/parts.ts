import type { Lines } from '../../../protocol/batch/engine/engine.ts'
import type { Slices } from '../../../protocol/batch/spans.ts'

/** How lines become records. */
export interface Parts {
  /** Takes the lines apart, once: their bytes may be written over. What it gives is valid until the next call. */
  take(lines: Lines): Taken
}

export type Taken = {
  readonly slices: Slices
  /** −1, or null for all of them, leaves the choice to the producer. */
  readonly partitions: Int32Array | null
  /** A line that cannot be taken apart ends them: those before it are good. */
  readonly fault?: unknown
}
