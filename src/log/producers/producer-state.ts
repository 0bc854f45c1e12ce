/**
 * The producers of one partition and their transactions (KIP-98). `apply` is the only way to change it, for what is appended
 * as for what is read again at start; so the two cannot disagree.
 *
 * Invariant: it tells the state of the log before `endOffset`.
 */

import * as layout from '../../protocol/batch/layout.ts'
import { lastSequence } from '../../protocol/batch/sequence.ts'
import type { ProducerEntries } from '../../protocol/records/files.ts'
import * as facts from '../batch-facts.ts'
import { checkBatch, checkMarker, type Fault, type Origin } from './check.ts'
import {
  addBatch,
  findDuplicate,
  newEntry,
  type ProducerEntry,
  type SentBatch,
  setEpoch,
} from './entry.ts'
import { endTxnMarkerOf } from './marker.ts'

/** A transaction whose marker has been written. */
export interface EndedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
  /** Of the marker. */
  readonly lastOffset: bigint
  readonly aborted: boolean
}

export interface ActiveProducer {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: bigint
  readonly coordinatorEpoch: number
  readonly currentTxnStartOffset: bigint
}

export class ProducerState {
  endOffset = 0n
  readonly #producers = new Map<bigint, ProducerEntry>()
  /** Open transactions, by producer. */
  readonly #open = new Map<bigint, bigint>()
  /** Ended ones whose marker is not yet below the high watermark. */
  #unreplicated: EndedTransaction[] = []
  /** The first offset of the open and unreplicated ones, kept so that an append has not to look for it. */
  #firstUnstable: bigint | null = null

  get size(): number {
    return this.#producers.size
  }

  get(producerId: bigint): ProducerEntry | undefined {
    return this.#producers.get(producerId)
  }

  /** The producer has records here, under this epoch, of a transaction that has not ended. */
  isInTransaction(producerId: bigint, producerEpoch: number): boolean {
    const entry = this.#producers.get(producerId)
    return entry?.transactionStart != null && entry.epoch === producerEpoch
  }

  duplicate(batch: Uint8Array, at: number): SentBatch | null {
    const entry = this.#producers.get(layout.producerIdOf(batch, at))
    return entry === undefined ? null : findDuplicate(entry, batch, at)
  }

  /** Why the batch must not be appended at the offset. */
  fault(
    batch: Uint8Array,
    at: number,
    place: { topicPartition: string; offset: bigint; origin: Origin; transactionVersion: number },
  ): Fault | null {
    const producerId = facts.producerIdOf(batch, at)
    if (producerId < 0n) return null
    const entry = this.#producers.get(producerId)
    if (!layout.isControl(batch, at)) return checkBatch(entry, batch, at, place)
    const marker = endTxnMarkerOf(batch, at)
    if (marker === null) return null
    const epoch = layout.producerEpochOf(batch, at)
    const { coordinatorEpoch } = marker
    const { transactionVersion } = place
    return checkMarker(entry, { epoch, coordinatorEpoch, transactionVersion }, place)
  }

  /** Takes in a batch of the log. Returns the transaction that it ends, if it ends one that has records. */
  apply(batch: Uint8Array, at: number): EndedTransaction | null {
    const producerId = facts.producerIdOf(batch, at)
    if (producerId < 0n) return null
    return layout.isControl(batch, at)
      ? this.#applyMarker(producerId, batch, at)
      : this.#applyBatch(producerId, batch, at)
  }

  /** The high watermark came this far: what ended below it is stable. */
  advance(highWatermark: bigint): void {
    if (this.#unreplicated.length === 0) return
    this.#unreplicated = this.#unreplicated.filter(({ lastOffset }) => lastOffset >= highWatermark)
    this.#findFirstUnstable()
  }

  /** The offset at which the first open (or not yet replicated) transaction begins; null where there is none. */
  get firstUnstableOffset(): bigint | null {
    return this.#firstUnstable
  }

  /** Up to where a reader of committed records may read, once this transaction has ended: goes into `.txnindex`. */
  lastStableOffset(ended: EndedTransaction): bigint {
    let first: bigint | null = null
    for (const [producerId, start] of this.#open) {
      if (producerId !== ended.producerId && (first === null || start < first)) first = start
    }
    return first ?? ended.lastOffset + 1n
  }

  /** Forgets who has not been heard of for so long and has no open transaction. Returns how many. */
  expire(now: number, expirationMs: number): number {
    let count = 0
    for (const [producerId, { lastTimestamp, transactionStart }] of this.#producers) {
      if (transactionStart !== null || now - Number(lastTimestamp) < expirationMs) continue
      this.#producers.delete(producerId)
      count++
    }
    return count
  }

  clear(): void {
    this.#producers.clear()
    this.#open.clear()
    this.#unreplicated = []
    this.#firstUnstable = null
    this.endOffset = 0n
  }

  /** The log begins later now: transactions that ended before that can no longer be unstable. */
  startedAt(logStartOffset: bigint): void {
    this.#unreplicated = this.#unreplicated.filter(({ lastOffset }) => lastOffset >= logStartOffset)
    this.#findFirstUnstable()
    if (this.endOffset < logStartOffset) this.endOffset = logStartOffset
  }

  snapshot(): ProducerEntries {
    return Array.from(this.#producers.values(), (entry) => {
      const last = entry.batches.at(-1)
      return {
        producerId: entry.producerId,
        epoch: entry.epoch,
        lastSequence: last?.lastSequence ?? -1,
        lastOffset: last?.lastOffset ?? -1n,
        offsetDelta: last?.offsetDelta ?? 0,
        timestamp: entry.lastTimestamp,
        coordinatorEpoch: entry.coordinatorEpoch,
        currentTxnFirstOffset: entry.transactionStart ?? -1n,
      }
    })
  }

  restore(entries: ProducerEntries, endOffset: bigint): void {
    this.clear()
    this.endOffset = endOffset
    for (const each of entries) {
      const entry = newEntry(each.producerId)
      entry.epoch = each.epoch
      entry.coordinatorEpoch = each.coordinatorEpoch
      entry.lastTimestamp = each.timestamp
      if (each.lastOffset >= 0n) {
        const { lastSequence: last, lastOffset, offsetDelta, timestamp } = each
        const isRestored = true
        entry.batches.push({ lastSequence: last, lastOffset, offsetDelta, timestamp, isRestored })
      }
      if (each.currentTxnFirstOffset >= 0n) {
        entry.transactionStart = each.currentTxnFirstOffset
        this.#open.set(each.producerId, each.currentTxnFirstOffset)
      }
      this.#producers.set(each.producerId, entry)
    }
    this.#findFirstUnstable()
  }

  active(): ActiveProducer[] {
    return Array.from(this.#producers.values(), (entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.epoch,
      lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.transactionStart ?? -1n,
    }))
  }

  #entry(producerId: bigint): ProducerEntry {
    let entry = this.#producers.get(producerId)
    if (entry === undefined) {
      entry = newEntry(producerId)
      this.#producers.set(producerId, entry)
    }
    return entry
  }

  #applyBatch(producerId: bigint, batch: Uint8Array, at: number): null {
    const entry = this.#entry(producerId)
    const offsetDelta = layout.lastOffsetDeltaOf(batch, at)
    addBatch(entry, layout.producerEpochOf(batch, at), {
      lastSequence: lastSequence(layout.baseSequenceOf(batch, at), offsetDelta),
      lastOffset: layout.lastOffsetOf(batch, at),
      offsetDelta,
      timestamp: layout.maxTimestampOf(batch, at),
    })
    if (layout.isTransactional(batch, at) && entry.transactionStart === null) {
      const start = layout.baseOffsetOf(batch, at)
      entry.transactionStart = start
      this.#open.set(producerId, start)
      if (this.#firstUnstable === null) this.#firstUnstable = start
    }
    return null
  }

  #applyMarker(producerId: bigint, batch: Uint8Array, at: number): EndedTransaction | null {
    const marker = endTxnMarkerOf(batch, at)
    // Compaction has emptied the batch: the transaction is gone.
    if (marker === null) return null
    const entry = this.#entry(producerId)
    const { transactionStart } = entry
    setEpoch(entry, layout.producerEpochOf(batch, at))
    entry.coordinatorEpoch = marker.coordinatorEpoch
    entry.lastTimestamp = marker.timestamp
    entry.transactionStart = null
    if (transactionStart === null) return null
    this.#open.delete(producerId)
    const lastOffset = layout.baseOffsetOf(batch, at)
    const ended = { producerId, firstOffset: transactionStart, lastOffset, aborted: marker.aborted }
    this.#unreplicated.push(ended)
    return ended
  }

  #findFirstUnstable(): void {
    let first: bigint | null = null
    for (const start of this.#open.values()) if (first === null || start < first) first = start
    for (const { firstOffset } of this.#unreplicated) {
      if (first === null || firstOffset < first) first = firstOffset
    }
    this.#firstUnstable = first
  }
}
