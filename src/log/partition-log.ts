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
import * as layout from '../protocol/batch/layout.ts'
import { assignOffsets, type BatchRules, validateBatch } from '../protocol/batch/validate.ts'
import { type ErrorName, KafkaError } from '../protocol/errors.ts'
import { type AbortedRange, abortedTransactions } from './aborted.ts'
import * as facts from './batch-facts.ts'
import { checkIncoming } from './check-incoming.ts'
import type { LogContext } from './context.ts'
import { writeTopicId } from './directory-files.ts'
import { Flushing } from './flushing.ts'
import type { EpochStart, LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { Fault, Origin } from './producers/check.ts'
import type { ActiveProducer, EndedTransaction, ProducerState } from './producers/producer-state.ts'
import { type ReadOptions, readBatches, type Slice } from './read.ts'
import { restoreProducers } from './recovery.ts'
import { type Incoming, shouldRoll } from './roll.ts'
import { relativeOffsetMax, type Segment } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'
import { offsetForTimestamp, offsetOfMaxTimestamp, type TimedOffset } from './time-lookup.ts'

export interface Appended {
  readonly ok: true
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  /** −1 with CreateTime. */
  readonly appendTime: bigint
  readonly logStartOffset: bigint
  /** The batch was there already; these are its offsets. */
  readonly duplicate: boolean
  /** Where `flush.messages` wants the records on the medium before they count: when they are. Else null. */
  readonly flushed: Promise<void> | null
}

export interface Refused {
  readonly ok: false
  readonly error: ErrorName
  readonly message: string | null
  readonly recordErrors: readonly { batchIndex: number; message: string | null }[]
}

export interface AppendOptions {
  readonly leaderEpoch: number
  /** `coordinator` and `raft` are our own code, whose batches are not examined again. */
  readonly origin: 'client' | 'coordinator' | 'raft'
  readonly now: number
  /** Of the Produce request, for its messages. */
  readonly apiVersion?: number
}

/** What the loader found. */
export interface LogParts {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly context: LogContext
  readonly config: LogConfig
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
  readonly highWatermark: bigint
  readonly recoveryPoint: bigint
}

export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  /** The cleaner is at work here; retention waits until it is done. */
  compacting = false
  readonly #context: LogContext
  readonly #flushing: Flushing
  #topicId: string
  #config: LogConfig
  #rules: BatchRules
  #jitterMs: number
  #logStartOffset: bigint
  #logEndOffset: bigint
  #highWatermark: bigint
  #closed = false

  constructor(parts: LogParts) {
    this.topic = parts.topic
    this.partition = parts.partition
    this.#topicId = parts.topicId
    this.store = parts.store
    this.epochs = parts.epochs
    this.producers = parts.producers
    this.#context = parts.context
    this.#logStartOffset = parts.logStartOffset
    this.#logEndOffset = parts.logEndOffset
    this.#highWatermark = parts.highWatermark
    this.#flushing = new Flushing(parts, () => this.#logEndOffset)
    this.#config = parts.config
    this.#rules = this.#rulesOf(parts.config)
    this.#jitterMs = this.#newJitter()
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
    return this.#logStartOffset
  }

  get logEndOffset(): bigint {
    return this.#logEndOffset
  }

  get highWatermark(): bigint {
    return this.#highWatermark
  }

  /** Below it every transaction has ended: up to here a reader of committed records may read. */
  get lastStableOffset(): bigint {
    const unstable = this.producers.firstUnstableOffset
    if (unstable === null || unstable >= this.#highWatermark) return this.#highWatermark
    return larger(unstable, this.#logStartOffset)
  }

  /** Everything below it is on the medium. */
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
    if (config.segmentJitterMs !== this.#config.segmentJitterMs) this.#jitterMs = this.#newJitter()
    this.#config = config
    this.#rules = this.#rulesOf(config)
  }

  appendAsLeader(records: Uint8Array, options: AppendOptions): Appended | Refused {
    const offline = this.#unusable()
    if (offline !== null) return refused({ error: 'KAFKA_STORAGE_ERROR', message: offline.message })
    const { origin, leaderEpoch, now, apiVersion = 13 } = options
    if (origin === 'client') {
      const accepted = validateBatch(records, { ...this.#rules, now, apiVersion })
      if (!accepted.ok) return accepted
      return this.#appendOne(accepted.bytes, { origin, leaderEpoch, now }, accepted.appendTime)
    }
    return this.#appendOne(records, { origin, leaderEpoch, now }, -1n)
  }

  /** Batches of a leader, with their offsets. Throws CORRUPT_MESSAGE, or KAFKA_STORAGE_ERROR. */
  appendAsFollower(batches: Uint8Array): Appended {
    const offline = this.#unusable()
    if (offline !== null) throw offline
    const { bytes, firstOffset, lastOffset, maxTimestamp } = checkIncoming(
      batches,
      this.#logEndOffset,
      this.name,
    )
    const now = this.#context.clock.now()
    try {
      this.#rollIfNeeded({ size: bytes.length, maxTimestamp, firstOffset, lastOffset }, now)
      this.#write(bytes)
    } catch (error) {
      throw this.#context.failed(error)
    }
    return this.#appended({ baseOffset: firstOffset, lastOffset }, -1n)
  }

  /** Empty where nothing stands at the offset or behind it below `upTo`. */
  read(offset: bigint, options: ReadOptions): Slice {
    const offline = this.#unusable()
    if (offline !== null) throw offline
    return this.#guarded(() =>
      readBatches(this.store.segments, offset, options, this.#logEndOffset),
    )
  }

  /** The aborted transactions of which records stand in what was read at the offset. */
  abortedTransactions(offset: bigint, bytes: Uint8Array, upTo: bigint): AbortedRange[] {
    return this.#guarded(() => abortedTransactions(this.store.segments, { offset, bytes, upTo }))
  }

  /** True if it moved; it never moves back or beyond the log's end. */
  advanceHighWatermark(offset: bigint): boolean {
    const target = smaller(offset, this.#logEndOffset)
    if (target <= this.#highWatermark) return false
    this.#highWatermark = target
    this.producers.advance(target)
    return true
  }

  offsetForTimestamp(timestamp: bigint): TimedOffset | null {
    return this.#guarded(() =>
      offsetForTimestamp(this.store.segments, timestamp, this.#logStartOffset),
    )
  }

  offsetOfMaxTimestamp(): TimedOffset | null {
    return this.#guarded(() => offsetOfMaxTimestamp(this.store.segments))
  }

  epochEndOffset(leaderEpoch: number): { leaderEpoch: number; endOffset: bigint } {
    return this.epochs.endOffset(leaderEpoch, this.#logEndOffset)
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
    this.epochs.assign(leaderEpoch, this.#logEndOffset)
  }

  activeProducers(): ActiveProducer[] {
    return this.producers.active()
  }

  /** DeleteRecords, and what retention removed: readers begin here. It never moves back, nor beyond the high watermark. */
  advanceLogStartOffset(offset: bigint): void {
    if (offset > this.#highWatermark) {
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Cannot increment the log start offset to ${offset} of partition ${this.name} since it is larger than the high watermark ${this.#highWatermark}`,
      )
    }
    if (offset <= this.#logStartOffset) return
    this.#logStartOffset = offset
    this.epochs.truncateFromStart(offset)
    this.producers.startedAt(offset)
  }

  /** A follower drops what its leader does not have. */
  truncateTo(offset: bigint): void {
    if (offset >= this.#logEndOffset) return
    const { segments } = this.store
    if (offset < segments.first.baseOffset) return this.restartAt(offset)
    this.#guarded(() => {
      const dropped = [...segments].filter(({ baseOffset }) => baseOffset > offset)
      this.store.drop(dropped, { snapshots: true, config: this.#config })
      segments.active.truncateTo(offset)
      this.#endAt(offset)
      this.epochs.truncateFromEnd(offset)
      this.#restoreProducers()
    })
  }

  /** Drops everything and begins anew at this offset: a follower whose leader no longer has what it lacks, or a snapshot. */
  restartAt(offset: bigint): void {
    this.#guarded(() => {
      this.store.drop([...this.store.segments], { snapshots: true, config: this.#config })
      this.store.snapshots.removeWhere(() => true)
      this.store.create(offset)
      this.#logStartOffset = offset
      this.#logEndOffset = offset
      this.#highWatermark = offset
      this.#flushing.truncatedTo(offset)
      this.epochs.clear()
      this.producers.clear()
      this.producers.endOffset = offset
    })
  }

  /** Resolves when everything that was appended before is on the medium. One fdatasync serves all who wait. */
  flush(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return this.#flushing.flush()
  }

  flushNow(): void {
    this.#flushing.flushNow()
  }

  /** A new segment begins here; the old one is flushed in the background. Nothing happens where the active one is empty. */
  roll(): void {
    if (this.store.segments.active.size > 0) this.#guarded(() => this.#roll(this.#logEndOffset))
  }

  /** What time brings: `flush.ms`. */
  tick(now: number): void {
    if (this.#closed || this.offline) return
    const { lastFlushMs, recoveryPoint } = this.#flushing
    if (recoveryPoint < this.#logEndOffset && now - lastFlushMs >= this.#config.flushMs) {
      // Who waits for a flush hears of its failure; the directory is offline by then.
      this.flush().catch(() => {})
    }
  }

  /** Flushes and leaves the files as Kafka does at a clean stop. */
  async closeCleanly(): Promise<void> {
    if (this.#closed) return
    if (!this.offline) {
      this.#guarded(() => {
        const { active } = this.store.segments
        if (active.changed) this.store.seal(active)
        this.producers.endOffset = this.#logEndOffset
        this.store.takeSnapshot(this.producers)
      })
      await this.flush()
    }
    this.close()
  }

  /** Lets go of the files, without a promise about what is on the medium. */
  close(): void {
    this.#closed = true
    for (const segment of this.store.segments) segment.close()
  }

  #appendOne(
    batch: Uint8Array,
    { origin, leaderEpoch, now }: Pick<AppendOptions, 'origin' | 'leaderEpoch' | 'now'>,
    appendTime: bigint,
  ): Appended | Refused {
    const baseOffset = this.#logEndOffset
    if (layout.producerIdOf(batch) >= 0n) {
      const known = this.#known(batch, origin)
      if (known !== null) return known
    }
    assignOffsets(batch, { baseOffset, leaderEpoch })
    const lastOffset = layout.lastOffsetOf(batch)
    const maxTimestamp = layout.maxTimestampOf(batch)
    try {
      const incoming = { size: batch.length, maxTimestamp, firstOffset: baseOffset, lastOffset }
      this.#rollIfNeeded(incoming, now)
      if (this.epochs.latest !== leaderEpoch) this.epochs.assign(leaderEpoch, baseOffset)
      this.#write(batch)
    } catch (error) {
      return refused(this.#context.failed(error))
    }
    return this.#appended({ baseOffset, lastOffset }, appendTime)
  }

  /** The answer for a batch that is there already, or that its producer may not append. */
  #known(batch: Uint8Array, origin: Origin): Appended | Refused | null {
    const duplicate = origin === 'client' ? this.producers.duplicate(batch, 0) : null
    if (duplicate !== null) {
      const { lastOffset, offsetDelta, timestamp } = duplicate
      const baseOffset = lastOffset - BigInt(offsetDelta)
      const appended = this.#appended({ baseOffset, lastOffset }, timestamp)
      return { ...appended, duplicate: true }
    }
    const place = { topicPartition: this.name, offset: this.#logEndOffset, origin }
    const fault = this.producers.fault(batch, 0, place)
    return fault === null ? null : refused(fault)
  }

  /** When it throws, nothing of the bytes is in the log. */
  #write(bytes: Uint8Array): void {
    const { active } = this.store.segments
    try {
      active.append(bytes)
    } catch (error) {
      this.#cutTail()
      throw error
    }
    try {
      this.#took(bytes)
    } catch (error) {
      throw this.#context.failed(error, { final: true })
    }
  }

  /** A torn batch must not lie there when the next one is written. */
  #cutTail(): void {
    try {
      this.store.segments.active.cutTail()
    } catch (error) {
      throw this.#context.failed(error, { final: true })
    }
  }

  /** Notes the batches that were written: indexes, producers, epochs, the end. */
  #took(bytes: Uint8Array): void {
    const { active } = this.store.segments
    let position = active.size - bytes.length
    for (let at = 0; at < bytes.length; ) {
      const size = layout.sizeOf(bytes, at)
      const lastOffset = facts.lastOffsetOf(bytes, at)
      const maxTimestamp = facts.maxTimestampOf(bytes, at)
      active.note({ position, size, lastOffset, maxTimestamp }, this.#config.indexIntervalBytes)
      const epoch = facts.leaderEpochOf(bytes, at)
      if (epoch > this.epochs.latest) this.epochs.assign(epoch, layout.baseOffsetOf(bytes, at))
      this.#logEndOffset = lastOffset + 1n
      const ended = this.producers.apply(bytes, at)
      if (ended?.aborted) this.#noteAborted(ended)
      at += size
      position += size
    }
    this.producers.endOffset = this.#logEndOffset
  }

  #noteAborted(ended: EndedTransaction): void {
    const { producerId, firstOffset, lastOffset } = ended
    const lastStableOffset = this.producers.lastStableOffset(ended)
    this.store.segments.active.transactionIndex.append({
      producerId,
      firstOffset,
      lastOffset,
      lastStableOffset,
    })
  }

  #appended(range: { baseOffset: bigint; lastOffset: bigint }, appendTime: bigint): Appended {
    const unflushed = this.#logEndOffset - this.#flushing.recoveryPoint
    const flushed = Number(unflushed) >= this.#config.flushMessages ? this.flush() : null
    return {
      ok: true,
      ...range,
      appendTime,
      logStartOffset: this.#logStartOffset,
      duplicate: false,
      flushed,
    }
  }

  #rollIfNeeded(incoming: Incoming, now: number): void {
    const { config } = this
    if (incoming.size > config.segmentBytes) {
      throw new KafkaError(
        'RECORD_LIST_TOO_LARGE',
        `Message batch size is ${incoming.size} bytes in append to partition ${this.name}, which exceeds the maximum configured segment size of ${config.segmentBytes}.`,
      )
    }
    const options = { config, now, jitterMs: this.#jitterMs }
    if (!shouldRoll(this.store.segments.active, incoming, options)) return
    // Without a gap wherever the offsets allow it: after a crash a gap then tells of a lost tail.
    const fits = incoming.lastOffset - this.#logEndOffset <= BigInt(relativeOffsetMax)
    this.#roll(fits ? this.#logEndOffset : incoming.firstOffset)
  }

  #roll(baseOffset: bigint): void {
    const old = this.store.segments.active
    if (old.size === 0 && old.baseOffset === baseOffset) return
    this.store.seal(old)
    this.producers.endOffset = this.#logEndOffset
    this.store.takeSnapshot(this.producers)
    this.store.create(baseOffset)
    this.#jitterMs = this.#newJitter()
    // Whoever waits for a flush hears of its failure; the directory is offline by then.
    this.flush().catch(() => {})
  }

  #endAt(offset: bigint): void {
    this.#logEndOffset = offset
    if (this.#highWatermark > offset) this.#highWatermark = offset
    if (this.#logStartOffset > offset) this.#logStartOffset = offset
    this.#flushing.truncatedTo(offset)
  }

  #restoreProducers(): void {
    const { snapshots, segments } = this.store
    const end = this.#logEndOffset
    if (this.producers.endOffset === end) return
    snapshots.removeWhere((offset) => offset > end)
    restoreProducers({ segments, snapshots, producers: this.producers }, end)
    this.producers.endOffset = end
    this.producers.advance(this.#highWatermark)
  }

  #rulesOf(config: LogConfig): BatchRules {
    const level = config.compression in config.compressionLevels
    return {
      topicPartition: this.name,
      now: 0,
      timestampType: config.timestampType,
      timestampBeforeMaxMs: config.timestampBeforeMaxMs,
      timestampAfterMaxMs: config.timestampAfterMaxMs,
      messageBytesMax: config.messageBytesMax,
      compacted: config.cleanupPolicies.includes('compact'),
      compression: config.compression,
      ...(level
        ? { compressionLevel: config.compressionLevels[config.compression as 'gzip'] }
        : {}),
    }
  }

  /** So that the segments of many partitions do not all roll at the same moment. */
  #newJitter(): number {
    const { segmentJitterMs, segmentMs } = this.#config
    return Math.floor(this.#context.random.number() * Math.min(segmentJitterMs, segmentMs))
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

function refused({ error, message }: Fault): Refused {
  return { ok: false, error, message, recordErrors: [] }
}
