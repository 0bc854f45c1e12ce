import { ascending } from '../../base/bigint.ts'
import { controlTypeOf } from '../../protocol/batch/control.ts'
import * as layout from '../../protocol/batch/layout.ts'
import { records } from '../../protocol/batch/reader.ts'
import type { AbortedTransaction } from '../transaction-index.ts'

interface OpenAbort {
  readonly transaction: AbortedTransaction
  /** Batches of it are still in the log. */
  seen: boolean
}

/**
 * What the cleaner learns of transactions as it goes through the log: records of aborted ones go, and a marker goes when none of
 * its records are left.
 */
export class CleanedTransactions {
  /** By first offset. */
  readonly #aborted: AbortedTransaction[] = []
  readonly #openAborts = new Map<bigint, OpenAbort>()
  readonly #openCommits = new Set<bigint>()
  #next = 0

  /** Of a segment that comes next. */
  add(transactions: Iterable<AbortedTransaction>): void {
    const rest = this.#aborted.splice(0).slice(this.#next)
    this.#next = 0
    this.#aborted.push(...rest, ...transactions)
    this.#aborted.sort((a, b) => ascending(a.firstOffset, b.firstOffset))
  }

  /** True if the batch belongs to an aborted transaction. */
  batch(bytes: Uint8Array, at: number): boolean {
    this.#openUpTo(layout.lastOffsetOf(bytes, at))
    if (!layout.isTransactional(bytes, at)) return false
    const producerId = layout.producerIdOf(bytes, at)
    const open = this.#openAborts.get(producerId)
    if (open === undefined) {
      this.#openCommits.add(producerId)
      return false
    }
    open.seen = true
    return true
  }

  /**
   * A marker: whether nothing of its transaction is left, so that it may go too; and the aborted transaction that has to stay in
   * the index.
   */
  marker(bytes: Uint8Array, at: number): { idle: boolean; aborted: AbortedTransaction | null } {
    this.#openUpTo(layout.lastOffsetOf(bytes, at))
    const producerId = layout.producerIdOf(bytes, at)
    for (const { key } of records(bytes, at)) {
      switch (key === null ? null : controlTypeOf(key)) {
        case 'ABORT': {
          const open = this.#openAborts.get(producerId)
          this.#openAborts.delete(producerId)
          return open?.seen ? { idle: false, aborted: open.transaction } : idle
        }
        case 'COMMIT':
          return this.#openCommits.delete(producerId) ? busy : idle
        default:
          return busy
      }
    }
    // An empty batch has been cleaned before.
    return idle
  }

  #openUpTo(offset: bigint): void {
    for (; this.#next < this.#aborted.length; this.#next++) {
      const transaction = this.#aborted[this.#next]!
      if (transaction.firstOffset > offset) return
      const { producerId } = transaction
      if (!this.#openAborts.has(producerId)) {
        this.#openAborts.set(producerId, { transaction, seen: false })
      }
    }
  }
}

const idle = { idle: true, aborted: null }
const busy = { idle: false, aborted: null }
