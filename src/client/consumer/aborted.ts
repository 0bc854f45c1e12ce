/**
 * Which batches belong to aborted transactions (KIP-98). A fetch for committed records names the aborted transactions among
 * what it gives, each by its producer and first offset; it ends at the producer's abort marker.
 */

import { controlTypeOf } from '../../protocol/batch/control.ts'
import type { RecordCursor } from '../../protocol/batch/cursor.ts'
import { recordKey } from '../../protocol/batch/reader.ts'

export type AbortedTransaction = { readonly producerId: bigint; readonly firstOffset: bigint }

export class AbortedFilter {
  readonly #coming: AbortedTransaction[]
  readonly #producers = new Set<bigint>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  }

  /** To be asked of every batch, in order. */
  drops(batch: { lastOffset: bigint; producerId: bigint; isTransactional: boolean }): boolean {
    while (this.#coming.length > 0 && this.#coming[0]!.firstOffset <= batch.lastOffset) {
      this.#producers.add(this.#coming.shift()!.producerId)
    }
    return batch.isTransactional && this.#producers.has(batch.producerId)
  }

  /** A control batch, at which the cursor stands open. */
  marker(producerId: bigint, cursor: RecordCursor): void {
    if (!this.#producers.has(producerId) || !cursor.next()) return
    const key = recordKey(cursor)
    if (key !== null && controlTypeOf(key) === 'ABORT') this.#producers.delete(producerId)
  }
}
