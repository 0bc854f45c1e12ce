/**
 * One partition on disk.
 *
 *   logStartOffset ≤ lastStableOffset ≤ highWatermark ≤ logEndOffset
 *
 * Invariants: what an append answered with `ok` is in the file; a failed one leaves nothing behind, or takes the log directory
 * offline. Offsets only grow, but for `truncateTo` and `restartAt`.
 */
import { assert } from '../base/assert.ts'
import { larger, smaller } from '../base/bigint.ts'
import { KafkaError } from '../protocol/errors.ts'
import { type AbortedRange, abortedTransactions } from './aborted.ts'
import { type Appended, type AppendOptions, type Refused, refused } from './appended.ts'
import { Appender } from './appender.ts'
import { complete } from './complete.ts'
import type { LogContext } from './context.ts'
import { writeTopicId } from './directory-files.ts'
import { Flushing } from './flushing.ts'
import type { EpochStart, LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { LogOffsets } from './log-offsets.ts'
import type { LogParts } from './log-parts.ts'
import type { ActiveProducer, ProducerState } from './producers/producer-state.ts'
import { type ReadOptions, readBatches, type Slice } from './read.ts'
import type { Segment } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'
import { offsetForTimestamp, offsetOfMaxTimestamp, type TimedOffset } from './time-lookup.ts'
import { restartAt, type Truncated, truncateTo } from './truncation.ts'

export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  /** The cleaner is at work here; retention waits until it is done. */
  compacting = false
  /** It is being copied to another directory, and what was not copied yet must stay: the cleaner leaves it alone. */
  copying = false
  readonly #context: LogContext
  readonly #flushing: Flushing
  readonly #appender: Appender
  readonly #offsets: LogOffsets
  #topicId: string
  #config: LogConfig
  #closed = false

  constructor(parts: LogParts) {
    this.topic = parts.topic
    this.partition = parts.partition
    this.#topicId = parts.topicId
    this.store = parts.store
    this.epochs = parts.epochs
    this.producers = parts.producers
    this.#context = parts.context
    const { logStartOffset, highWatermark, logEndOffset } = parts
    const offsets = { logStartOffset, highWatermark, logEndOffset }
    this.#offsets = offsets
    this.#flushing = new Flushing(parts, () => offsets.logEndOffset)
    this.#config = parts.config
    this.#appender = new Appender({ ...parts, name: this.name, flushing: this.#flushing, offsets })
  }

  /** Empty where the file that says it was lost. */
  get topicId(): string {
    return this.#topicId
  }

  adopt(topicId: string): void {
    this.#guarded(() => writeTopicId(this.#context.disk, this.directory, topicId))
    this.#topicId = topicId
    this.store.folderDirty = true
    this.store.parentDirty = true
  }

  /** The folder of the partition. */
  get directory(): string {
    return this.store.folder
  }

  get name(): string {
    return `${this.topic}-${this.partition}`
  }

  get logStartOffset(): bigint {
    return this.#offsets.logStartOffset
  }

  get logEndOffset(): bigint {
    return this.#offsets.logEndOffset
  }

  get highWatermark(): bigint {
    return this.#offsets.highWatermark
  }

  /** Below it every transaction has ended: up to here a reader of committed records may read. */
  get lastStableOffset(): bigint {
    const unstable = this.producers.firstUnstableOffset
    if (unstable === null || unstable >= this.#offsets.highWatermark)
      return this.#offsets.highWatermark
    return larger(unstable, this.#offsets.logStartOffset)
  }

  /** Everything below it is on the medium, indexes and all. */
  get recoveryPoint(): bigint {
    return this.#flushing.recoveryPoint
  }

  get sizeBytes(): number {
    return this.store.segments.sizeBytes()
  }

  /** Its directory failed; nothing can be appended or read. */
  get offline(): boolean {
    return this.#context.offline() !== null
  }

  get closed(): boolean {
    return this.#closed
  }

  get config(): LogConfig {
    return this.#config
  }

  set config(config: LogConfig) {
    this.#config = config
    this.#appender.config = config
  }

  appendAsLeader(records: Uint8Array, options: AppendOptions): Appended | Refused {
    const offline = this.#unusable()
    if (offline !== null) return refused({ error: 'KAFKA_STORAGE_ERROR', message: offline.message })
    return this.#appender.asLeader(records, options)
  }

  /** Batches of a leader, with their offsets. Throws CORRUPT_MESSAGE, or KAFKA_STORAGE_ERROR. */
  appendAsFollower(batches: Uint8Array): Appended {
    const offline = this.#unusable()
    if (offline !== null) throw offline
    return this.#appender.asFollower(batches)
  }

  /** Empty where nothing stands at the offset or behind it below `upTo`. */
  read(offset: bigint, options: ReadOptions): Slice {
    const offline = this.#unusable()
    if (offline !== null) throw offline
    return this.#guarded(() =>
      readBatches(this.store.segments, offset, options, this.#offsets.logEndOffset),
    )
  }

  /** The aborted transactions of which records stand in what was read at the offset. */
  abortedTransactions(offset: bigint, bytes: Uint8Array, upTo: bigint): AbortedRange[] {
    return this.#guarded(() => abortedTransactions(this.store.segments, { offset, bytes, upTo }))
  }

  /** True if it moved; it never moves back or beyond the log's end. */
  advanceHighWatermark(offset: bigint): boolean {
    const target = smaller(offset, this.#offsets.logEndOffset)
    if (target <= this.#offsets.highWatermark) return false
    this.#offsets.highWatermark = target
    this.producers.advance(target)
    return true
  }

  offsetForTimestamp(timestamp: bigint): TimedOffset | null {
    return this.#guarded(() =>
      offsetForTimestamp(this.store.segments, timestamp, this.#offsets.logStartOffset),
    )
  }

  offsetOfMaxTimestamp(): TimedOffset | null {
    return this.#guarded(() => offsetOfMaxTimestamp(this.store.segments))
  }

  epochEndOffset(leaderEpoch: number): { leaderEpoch: number; endOffset: bigint } {
    return this.epochs.endOffset(leaderEpoch, this.#offsets.logEndOffset)
  }

  /** The leader epoch in which the record at the offset was written; −1 where it is unknown. */
  epochAt(offset: bigint): number {
    return this.epochs.epochAt(offset)
  }

  epochStarts(): readonly EpochStart[] {
    return this.epochs.all()
  }

  /** A leader begins: the epoch starts at the log's end, even if nothing is ever written in it. */
  beginEpoch(leaderEpoch: number): void {
    if (this.#unusable() !== null) return
    this.epochs.assign(leaderEpoch, this.#offsets.logEndOffset)
  }

  activeProducers(): ActiveProducer[] {
    return this.producers.active()
  }

  /** DeleteRecords, and what retention removed: readers begin here. It never moves back, nor beyond the high watermark. */
  advanceLogStartOffset(offset: bigint): void {
    if (offset > this.#offsets.highWatermark) {
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Cannot increment the log start offset to ${offset} of partition ${this.name} since it is larger than the high watermark ${this.#offsets.highWatermark}`,
      )
    }
    if (offset <= this.#offsets.logStartOffset) return
    this.#offsets.logStartOffset = offset
    this.epochs.truncateFromStart(offset)
    this.producers.startedAt(offset)
  }

  /** A follower drops what its leader does not have. */
  truncateTo(offset: bigint): void {
    if (offset >= this.#offsets.logEndOffset) return
    if (offset < this.store.segments.first.baseOffset) return this.restartAt(offset)
    truncateTo(offset, this.#truncated())
  }

  /** Drops everything and begins anew at this offset: a follower whose leader no longer has what it lacks, or a snapshot. */
  restartAt(offset: bigint): void {
    restartAt(offset, this.#truncated())
  }

  /** Resolves when everything that was appended before is on the medium; rejects where that can no longer be. One fdatasync serves all who wait. */
  flush(): Promise<void> {
    return this.#flushing.flush()
  }

  flushNow(): void {
    this.#flushing.flushNow()
  }

  /** A new segment begins here; the old one is flushed in the background. Nothing happens where the active one is empty. */
  roll(): void {
    if (this.store.segments.active.size > 0)
      this.#guarded(() => this.#appender.roll(this.logEndOffset))
  }

  /** What time brings: `flush.ms`. */
  tick(now: number): void {
    if (this.#closed || this.offline) return
    const { lastFlushMs, flushedTo } = this.#flushing
    if (flushedTo < this.#offsets.logEndOffset && now - lastFlushMs >= this.#config.flushMs) {
      // Who waits for a flush hears of its failure; the directory is offline by then.
      this.#flushing.flushBeside().catch(() => {})
    }
  }

  /** Flushes and leaves the files as Kafka does at a clean stop. */
  async closeCleanly(): Promise<void> {
    if (this.#closed) return
    if (!this.offline) {
      this.#guarded(() => complete(this))
      await this.flush()
    }
    this.close()
  }

  /** Lets go of the files, without a promise about what is on the medium. */
  close(): void {
    this.#closed = true
    this.#flushing.close()
    for (const segment of this.store.segments) segment.close()
  }

  #truncated(): Truncated {
    const { name, store, epochs, producers, config } = this
    const [offsets, flushing] = [this.#offsets, this.#flushing]
    return { name, store, epochs, producers, config, offsets, flushing }
  }

  #unusable(): KafkaError | null {
    if (this.#closed) return new KafkaError('KAFKA_STORAGE_ERROR', `${this.name} is closed`)
    return this.#context.offline()
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#context.failed(error)
    }
  }

  /** For maintenance: what takes segments out of use. */
  dropSegments(dropped: readonly Segment[]): void {
    assert(dropped.length < this.store.segments.count, 'one segment always stays')
    this.#guarded(() => this.store.drop(dropped, { snapshots: true, config: this.#config }))
  }
}
