/**
 * The writing side of a partition: who may append, when a new segment begins, and what is noted of every batch. Invariant: a batch
 * that is refused, or that could not be written, leaves nothing behind, or takes the log directory offline.
 */
import * as layout from '../protocol/batch/layout.ts'
import { assignOffsets, type BatchRules, validateBatch } from '../protocol/batch/validate.ts'
import { KafkaError } from '../protocol/errors.ts'
import { type Appended, type AppendOptions, type Refused, refused } from './appended.ts'
import * as facts from './batch-facts.ts'
import { batchRules } from './batch-rules.ts'
import { checkIncoming } from './check-incoming.ts'
import type { LogContext } from './context.ts'
import type { Flushing } from './flushing.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { LogOffsets } from './log-offsets.ts'
import type { Origin } from './producers/check.ts'
import type { EndedTransaction, ProducerState } from './producers/producer-state.ts'
import { type Incoming, shouldRoll } from './roll.ts'
import { relativeOffsetMax } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'

export interface AppenderParts {
  readonly name: string
  readonly context: LogContext
  readonly config: LogConfig
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  readonly flushing: Flushing
  readonly offsets: LogOffsets
}

const noOffset = -1n

export class Appender {
  readonly #name: string
  readonly #context: LogContext
  readonly #store: SegmentStore
  readonly #epochs: LeaderEpochs
  readonly #producers: ProducerState
  readonly #flushing: Flushing
  readonly #offsets: LogOffsets
  #config: LogConfig
  #rules: BatchRules
  #jitterMs: number

  constructor(parts: AppenderParts) {
    this.#name = parts.name
    this.#context = parts.context
    this.#store = parts.store
    this.#epochs = parts.epochs
    this.#producers = parts.producers
    this.#flushing = parts.flushing
    this.#offsets = parts.offsets
    this.#config = parts.config
    this.#rules = batchRules(parts.config, parts.name)
    this.#jitterMs = this.#newJitter()
  }

  set config(config: LogConfig) {
    const isOther = config.segmentJitterMs !== this.#config.segmentJitterMs
    this.#config = config
    if (isOther) this.#jitterMs = this.#newJitter()
    this.#rules = batchRules(config, this.#name)
  }

  asLeader(records: Uint8Array, options: AppendOptions): Appended | Refused {
    const { origin, apiVersion = 13, now } = options
    if (origin !== 'client') return this.#appendOne(records, options, -1n)
    const accepted = validateBatch(records, { ...this.#rules, now, apiVersion })
    if (!accepted.ok) return accepted
    return this.#appendOne(accepted.bytes, options, accepted.appendTime)
  }

  /** Throws CORRUPT_MESSAGE, or KAFKA_STORAGE_ERROR. */
  asFollower(batches: Uint8Array): Appended {
    const { bytes, firstOffset, lastOffset, maxTimestamp } = checkIncoming(
      batches,
      this.#offsets.logEndOffset,
      this.#name,
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

  /** A new segment begins here; the old one is flushed in the background. */
  roll(baseOffset: bigint): void {
    const old = this.#store.segments.active
    if (old.size === 0 && old.baseOffset === baseOffset) return
    this.#store.seal(old)
    this.#producers.endOffset = this.#offsets.logEndOffset
    this.#store.takeSnapshot(this.#producers)
    this.#store.keepFirst()
    this.#store.create(baseOffset)
    this.#jitterMs = this.#newJitter()
    // Whoever waits for a flush hears of its failure; the directory is offline by then.
    this.#flushing.flushBeside().catch(() => {})
  }

  /** One batch of a leader; it gets its offsets here. */
  #appendOne(
    batch: Uint8Array,
    { origin, leaderEpoch, now, transactionVersion = 0 }: AppendOptions,
    appendTime: bigint,
  ): Appended | Refused {
    const baseOffset = this.#offsets.logEndOffset
    if (layout.producerIdOf(batch) >= 0n) {
      const known = this.#known(batch, { origin, transactionVersion })
      if (known !== null) return known
    }
    assignOffsets(batch, { baseOffset, leaderEpoch })
    const lastOffset = layout.lastOffsetOf(batch)
    const maxTimestamp = layout.maxTimestampOf(batch)
    try {
      const incoming = { size: batch.length, maxTimestamp, firstOffset: baseOffset, lastOffset }
      this.#rollIfNeeded(incoming, now)
      if (this.#epochs.latest !== leaderEpoch) this.#epochs.assign(leaderEpoch, baseOffset)
      this.#write(batch)
    } catch (error) {
      return refused(this.#context.failed(error))
    }
    return this.#appended({ baseOffset, lastOffset }, appendTime)
  }

  /** The answer for a batch that is there already, or that its producer may not append. */
  #known(
    batch: Uint8Array,
    { origin, transactionVersion }: { origin: Origin; transactionVersion: number },
  ): Appended | Refused | null {
    const duplicate = origin === 'client' ? this.#producers.duplicate(batch, 0) : null
    if (duplicate !== null) {
      const { lastOffset, offsetDelta, timestamp, isForgotten = false } = duplicate
      const baseOffset = isForgotten ? noOffset : lastOffset - BigInt(offsetDelta)
      const appended = this.#appended({ baseOffset, lastOffset }, timestamp)
      return { ...appended, duplicate: true }
    }
    const place = { topicPartition: this.#name, offset: this.#offsets.logEndOffset, origin }
    const fault = this.#producers.fault(batch, 0, { ...place, transactionVersion })
    return fault === null ? null : refused(fault)
  }

  /** When it throws, nothing of the bytes is in the log. */
  #write(bytes: Uint8Array): void {
    const { active } = this.#store.segments
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
      this.#store.segments.active.cutTail()
    } catch (error) {
      throw this.#context.failed(error, { final: true })
    }
  }

  /** Notes the batches that were written: indexes, producers, epochs, the end. */
  #took(bytes: Uint8Array): void {
    const { active } = this.#store.segments
    let position = active.size - bytes.length
    for (let at = 0; at < bytes.length; ) {
      const size = layout.sizeOf(bytes, at)
      const lastOffset = facts.lastOffsetOf(bytes, at)
      const maxTimestamp = facts.maxTimestampOf(bytes, at)
      active.note({ position, size, lastOffset, maxTimestamp }, this.#config.indexIntervalBytes)
      this.#epochs.noteBatch(bytes, at)
      this.#offsets.logEndOffset = lastOffset + 1n
      const ended = this.#producers.apply(bytes, at)
      if (ended?.aborted) this.#noteAborted(ended)
      at += size
      position += size
    }
    this.#producers.endOffset = this.#offsets.logEndOffset
  }

  #noteAborted(ended: EndedTransaction): void {
    const { producerId, firstOffset, lastOffset } = ended
    const lastStableOffset = this.#producers.lastStableOffset(ended)
    this.#store.segments.active.transactionIndex.append({
      producerId,
      firstOffset,
      lastOffset,
      lastStableOffset,
    })
  }

  #appended(range: { baseOffset: bigint; lastOffset: bigint }, appendTime: bigint): Appended {
    const unflushed = this.#offsets.logEndOffset - this.#flushing.flushedTo
    const flushed = Number(unflushed) >= this.#config.flushMessages ? this.#flushing.flush() : null
    // Whoever waits hears of its failure. Who copies to another directory does not wait: that log counts when it is flushed whole.
    flushed?.catch(() => {})
    return {
      ok: true,
      ...range,
      appendTime,
      logStartOffset: this.#offsets.logStartOffset,
      duplicate: false,
      flushed,
    }
  }

  #rollIfNeeded(incoming: Incoming, now: number): void {
    const config = this.#config
    if (incoming.size > config.segmentBytes) {
      throw new KafkaError(
        'RECORD_LIST_TOO_LARGE',
        `Message batch size is ${incoming.size} bytes in append to partition ${this.#name}, which exceeds the maximum configured segment size of ${config.segmentBytes}.`,
      )
    }
    const options = { config, now, jitterMs: this.#jitterMs }
    if (!shouldRoll(this.#store.segments.active, incoming, options)) return
    // Without a gap wherever the offsets allow it: after a crash a gap then tells of a lost tail.
    const fits = incoming.lastOffset - this.#offsets.logEndOffset <= BigInt(relativeOffsetMax)
    this.roll(fits ? this.#offsets.logEndOffset : incoming.firstOffset)
  }

  /** So that the segments of many partitions do not all roll at the same moment. */
  #newJitter(): number {
    const { segmentJitterMs, segmentMs } = this.#config
    return Math.floor(this.#context.random.number() * Math.min(segmentJitterMs, segmentMs))
  }
}
