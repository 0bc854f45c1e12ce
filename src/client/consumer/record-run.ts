/**
 * Records of one partition as they were fetched, one after the other, without an object for any: after `next()` the cursor
 * tells where key, value and headers lie. What `next()` has handed out counts as processed: the consumer's position, and what a
 * commit covers, is behind it.
 */
import type { RecordCursor } from '../../protocol/batch/cursor.ts'
import { ensureIntact } from '../../protocol/batch/integrity.ts'
import * as layout from '../../protocol/batch/layout.ts'
import type { AbortedFilter } from './aborted.ts'

export type FetchedRecords = {
  readonly topic: string
  readonly partition: number
  readonly bytes: Uint8Array
  /** Records before it are in the first batch, but were not asked for. */
  readonly startOffset: bigint
  /** Records from here on are not handed out; null: all are. */
  readonly endOffset?: bigint | null
  /** Null where uncommitted records are wanted, too. */
  readonly aborted: AbortedFilter | null
  readonly checkCrcs: boolean
}

export class RecordRun {
  readonly topic: string
  readonly partition: number
  /** Stands at the record that `next` came to. */
  readonly cursor: RecordCursor
  /** Of the batch, −1 where the format has none. */
  leaderEpoch = -1
  readonly #fetched: FetchedRecords
  #at = 0
  #batchEnd = 0
  #isInBatch = false
  #firstDelta = 0
  #endDelta = Number.POSITIVE_INFINITY
  /** Where the partition goes on when the current batch has been left. */
  #nextOffset: bigint
  #lastOffset = -1n
  #lastEpoch: number | null = null
  #isOver = false

  constructor(fetched: FetchedRecords, cursor: RecordCursor) {
    this.#fetched = fetched
    this.topic = fetched.topic
    this.partition = fetched.partition
    this.cursor = cursor
    this.#nextOffset = fetched.startOffset
  }

  /** False when there is none left. Throws a KafkaError for a batch that is broken. */
  next(): boolean {
    for (;;) {
      if (this.#isInBatch) {
        while (this.cursor.next()) {
          const { offsetDelta } = this.cursor
          if (offsetDelta >= this.#endDelta) break
          if (offsetDelta >= this.#firstDelta) return true
        }
        this.#leaveBatch()
      }
      if (this.#isOver || !this.#enterBatch()) return false
    }
  }

  get size(): number {
    return this.#fetched.bytes.length
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The offset behind what was handed out, or passed over. */
  get position(): bigint {
    if (!this.#isInBatch || this.cursor.offsetDelta < this.#firstDelta) return this.#nextOffset
    return this.cursor.offset() + 1n
  }

  /** The leader epoch of what lies before the position; null before the first batch. */
  get positionEpoch(): number | null {
    return this.#lastEpoch
  }

  offset(): bigint {
    return this.cursor.offset()
  }

  timestamp(): bigint {
    return this.cursor.timestamp()
  }

  /** Ends it early: the rest is not wanted any more, for the position has been moved or the partition taken away. */
  end(): void {
    if (this.#isInBatch) this.#nextOffset = this.position
    this.#isInBatch = false
    this.#isOver = true
  }

  #leaveBatch(): void {
    const { endOffset = null } = this.#fetched
    const next = this.#lastOffset + 1n
    this.#isInBatch = false
    this.#nextOffset = endOffset !== null && endOffset < next ? endOffset : next
  }

  /** Opens the next batch with records for the reader; passes over markers and what was aborted. */
  #enterBatch(): boolean {
    const { bytes, aborted, checkCrcs, startOffset } = this.#fetched
    for (;;) {
      const at = this.#batchEnd
      const size = layout.wholeBatchSize(bytes, at)
      if (size === 0) {
        this.#isOver = true
        return false
      }
      if (checkCrcs) ensureIntact(bytes, at)
      this.#at = at
      this.#batchEnd = at + size
      if (layout.magicOf(bytes, at) < 2) return this.#openLegacy(startOffset)
      this.#lastOffset = layout.lastOffsetOf(bytes, at)
      this.leaderEpoch = layout.leaderEpochOf(bytes, at)
      this.#lastEpoch = this.leaderEpoch < 0 ? null : this.leaderEpoch
      if (this.#lastOffset >= startOffset && !this.#isPassedOver(aborted)) {
        this.#open(startOffset)
        return true
      }
      this.#leaveBatch()
    }
  }

  #isPassedOver(aborted: AbortedFilter | null): boolean {
    const { bytes } = this.#fetched
    const at = this.#at
    const producerId = layout.producerIdOf(bytes, at)
    const isTransactional = layout.isTransactional(bytes, at)
    const isAborted =
      aborted?.drops({ lastOffset: this.#lastOffset, producerId, isTransactional }) ?? false
    if (!layout.isControl(bytes, at)) return isAborted
    aborted?.marker(producerId, this.cursor.open(bytes, at))
    return true
  }

  #open(startOffset: bigint): void {
    const { bytes } = this.#fetched
    const baseOffset = layout.baseOffsetOf(bytes, this.#at)
    this.#firstDelta = startOffset > baseOffset ? Number(startOffset - baseOffset) : 0
    const { endOffset = null } = this.#fetched
    this.#endDelta = endOffset === null ? Number.POSITIVE_INFINITY : Number(endOffset - baseOffset)
    this.cursor.open(bytes, this.#at)
    this.cursor.offsetDelta = -1
    this.#isInBatch = true
  }

  /** A message of the old formats: alone, or a wrapper whose offset is that of its last message. */
  #openLegacy(startOffset: bigint): boolean {
    const { bytes } = this.#fetched
    this.#lastOffset = layout.baseOffsetOf(bytes, this.#at)
    this.leaderEpoch = -1
    this.cursor.open(bytes, this.#at)
    const { baseOffset } = this.cursor
    this.#firstDelta = startOffset > baseOffset ? Number(startOffset - baseOffset) : 0
    this.cursor.offsetDelta = -1
    this.#isInBatch = true
    return true
  }
}
