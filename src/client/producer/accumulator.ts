/**
 * Takes records and cuts them into batches, a lane for each partition. No record becomes an object: what is kept of it is
 * its bytes in a batch, and its number in a run of numbers.
 */
import type { Clock } from '../../host/clock.ts'
import type { Random } from '../../host/random.ts'
import type { Header } from '../../protocol/batch/headers.ts'
import { headerSize } from '../../protocol/batch/layout.ts'
import { overheadMax, spanWidth } from '../../protocol/batch/spans.ts'
import type { KafkaError } from '../../protocol/errors.ts'
import type { Batch, Flush } from './batch.ts'
import type { Lane, OpenBatch } from './lane.ts'
import { recordSizeMax, sizeMargin, sizeRefusal } from './record-size.ts'
import { type Route, Router } from './router.ts'
import type { ProducerSettings } from './settings.ts'
import { Writers } from './writers.ts'

export type AccumulatorEvents = {
  /** A batch is finished, or the first record of one is in. */
  ready(lane: Lane): void
  opened(lane: Lane): void
  refused(
    record: { topic: string; partition: number; number: number; error: KafkaError } & Sizes,
  ): void
}

type Sizes = { keySize: number; valueSize: number }

export class Accumulator {
  /** Bytes of records that are not settled yet. */
  bytes = 0
  /** Numbers the records. */
  count = 0
  readonly #settings: ProducerSettings
  readonly #clock: Clock
  readonly #router: Router
  readonly #events: AccumulatorEvents
  readonly #writers: Writers
  readonly #span = { keyStart: -1, keyEnd: -1, valueStart: -1, valueEnd: -1 }
  /** Lanes with an open batch. */
  readonly open = new Set<Lane>()
  /** Batches without an answer, open ones left out. */
  readonly unsettled = new Set<Batch>()

  constructor(
    settings: ProducerSettings,
    host: { clock: Clock; random: Random },
    events: AccumulatorEvents,
  ) {
    this.#settings = settings
    this.#clock = host.clock
    this.#router = new Router(settings, host.random)
    this.#events = events
    this.#writers = new Writers(settings)
  }

  append(
    route: Route,
    timestamp: number,
    record: {
      key: Uint8Array | null
      value: Uint8Array | null
      headers: readonly Header[]
      partition: number | null
    },
  ): void {
    const { key, value, headers } = record
    const keySize = key === null ? -1 : key.length
    const valueSize = value === null ? -1 : value.length
    const size = recordSizeMax(keySize, valueSize, headers)
    const lane =
      record.partition === null ? this.#router.laneOf(route, key) : route.lanes[record.partition]!
    if (this.#isRefused(lane, size, { keySize, valueSize })) return
    const open = this.#openFor(lane, timestamp, size - headerSize)
    const before = open.writer.sizeInBytes
    open.writer.append(timestamp - open.baseTimestamp, key, value, headers)
    const added = open.writer.sizeInBytes - before
    this.#note(open, 1)
    this.bytes += added
    if (lane === route.sticky && key === null && record.partition === null) {
      route.stickyLeft -= added
      if (route.stickyLeft <= 0) this.#router.turn(route)
    }
    if (open.writer.sizeInBytes >= this.#settings.batchSize) this.finish(lane)
  }

  /** `count` records of one chunk, as `spans` cuts them (see `spanWidth`); with keys where a span has one. */
  appendSpans(
    route: Route,
    timestamp: number,
    source: Uint8Array,
    spans: Int32Array,
    count: number,
  ): void {
    const { maxRequestSize, bufferMemory } = this.#settings
    const isSmall = source.length + sizeMargin <= Math.min(maxRequestSize, bufferMemory)
    for (let from = 0; from < count; ) {
      const to = this.#runEnd(spans, from, count, isSmall)
      if (to > from) {
        this.#appendKeyless(route, timestamp, source, spans, { from, to })
        from = to
      } else {
        this.#appendOne(route, timestamp, source, spans, from)
        from++
      }
    }
  }

  /** Closes the open batch of a lane, so that it can go. */
  finish(lane: Lane): void {
    const { open } = lane
    if (open === null) return
    lane.open = null
    this.open.delete(lane)
    const { writer, numbers, createdAt } = open
    const { count } = writer
    const memory = writer.sizeInBytes - headerSize
    const bytes = this.#writers.finish(writer, open.baseTimestamp)
    const batch: Batch = {
      bytes,
      count,
      memory,
      createdAt,
      numbers,
      order: lane.nextOrder(),
      width: 1,
      attempts: 0,
      sequence: -1,
      identity: null,
      flushes: [],
    }
    lane.waiting.push(batch)
    this.unsettled.add(batch)
    this.#events.ready(lane)
  }

  finishAll(): void {
    for (const lane of [...this.open]) this.finish(lane)
  }

  /**
   * Closes open batches, the oldest first, until so many bytes are on their way. A buffer may be full of batches that are all
   * half full, and would stay so until they have lingered; Kafka's producer sends what it has when its memory is exhausted, too.
   */
  finishUntil(bytes: number): void {
    let closed = 0
    for (const { memory } of this.unsettled) closed += memory
    for (const lane of [...this.open]) {
      if (closed >= bytes) return
      closed += lane.open!.writer.sizeInBytes - headerSize
      this.finish(lane)
    }
  }

  /** Calls back when all batches that are closed by now are settled. */
  whenSettled(done: () => void): void {
    if (this.unsettled.size === 0) return done()
    const flush: Flush = { left: this.unsettled.size, done }
    for (const batch of this.unsettled) batch.flushes.push(flush)
  }

  /** The batch has been answered for good; its bytes may be written over. */
  settle(batch: Batch, { reusable }: { reusable: boolean }): void {
    this.bytes -= batch.memory
    this.unsettled.delete(batch)
    if (reusable) this.#writers.recycle(batch.bytes)
    for (const flush of batch.flushes) if (--flush.left === 0) flush.done()
  }

  /** Halves take the place of a batch. */
  exchange(batch: Batch, halves: readonly Batch[]): void {
    this.unsettled.delete(batch)
    for (const half of halves) this.unsettled.add(half)
    for (const flush of batch.flushes) flush.left += halves.length - 1
  }

  #isRefused(lane: Lane, size: number, sizes: Sizes): boolean {
    const error = sizeRefusal(size, this.#settings)
    if (error === null) return false
    const { topic, partition } = lane
    this.#events.refused({ topic, partition, number: this.count++, error, ...sizes })
    return true
  }

  /** How far records go that need no decision of their own: without keys, and none too large. */
  #runEnd(spans: Int32Array, from: number, count: number, isSmall: boolean): number {
    const { ignoreKeys, maxRequestSize, bufferMemory } = this.#settings
    const limit = Math.min(maxRequestSize, bufferMemory) - sizeMargin
    let to = from
    for (; to < count; to++) {
      const at = to * spanWidth
      const hasKey = spans[at]! >= 0
      if (hasKey && !ignoreKeys) break
      if (isSmall) continue
      const keySize = hasKey ? spans[at + 1]! - spans[at]! : 0
      if (keySize + spans[at + 3]! - spans[at + 2]! > limit) break
    }
    return to
  }

  #appendOne(
    route: Route,
    timestamp: number,
    source: Uint8Array,
    spans: Int32Array,
    index: number,
  ): void {
    const at = index * spanWidth
    const span = this.#span
    span.keyStart = spans[at]!
    span.keyEnd = spans[at + 1]!
    span.valueStart = spans[at + 2]!
    span.valueEnd = spans[at + 3]!
    const keySize = span.keyStart < 0 ? -1 : span.keyEnd - span.keyStart
    const valueSize = span.valueStart < 0 ? -1 : span.valueEnd - span.valueStart
    const size = recordSizeMax(keySize, valueSize)
    const lane = this.#router.laneOfSlice(route, source, span.keyStart, span.keyEnd)
    if (this.#isRefused(lane, size, { keySize, valueSize })) return
    const open = this.#openFor(lane, timestamp, size - headerSize)
    const before = open.writer.sizeInBytes
    open.writer.appendSlice(timestamp - open.baseTimestamp, source, span)
    this.bytes += open.writer.sizeInBytes - before
    this.#note(open, 1)
    if (open.writer.sizeInBytes >= this.#settings.batchSize) this.finish(lane)
  }

  #appendKeyless(
    route: Route,
    timestamp: number,
    source: Uint8Array,
    spans: Int32Array,
    run: { from: number; to: number },
  ): void {
    const { batchSize, stickyBytes } = this.#settings
    let { from } = run
    while (from < run.to) {
      const lane = this.#router.stickyLane(route)
      const open = lane.open ?? this.#begin(lane, timestamp)
      const { writer } = open
      const before = writer.sizeInBytes
      const isFresh = route.stickyLeft === stickyBytes
      const delta = timestamp - open.baseTimestamp
      const turnEnd = before + route.stickyLeft + overheadMax
      const sizeMax = Math.min(batchSize, turnEnd)
      let next = writer.appendSpans(delta, source, spans, { from, to: run.to, sizeMax })
      if (next === from && isFresh && sizeMax < batchSize) {
        // A record that is larger than a whole turn is a turn.
        next = writer.appendSpans(delta, source, spans, { from, to: from + 1, sizeMax: batchSize })
      }
      if (next === from) {
        if (isFresh || sizeMax === batchSize) this.finish(lane)
        else this.#router.turn(route)
        continue
      }
      const added = writer.sizeInBytes - before
      this.#note(open, next - from)
      this.bytes += added
      route.stickyLeft -= added
      from = next
      if (route.stickyLeft <= 0) this.#router.turn(route)
      if (writer.sizeInBytes >= batchSize) this.finish(lane)
    }
  }

  /** An open batch with room for a record of this size; the first record of a batch always has room. */
  #openFor(lane: Lane, timestamp: number, size: number): OpenBatch {
    const { open } = lane
    if (open === null) return this.#begin(lane, timestamp)
    if (open.writer.sizeInBytes + size <= this.#settings.batchSize) return open
    this.finish(lane)
    return this.#begin(lane, timestamp)
  }

  #begin(lane: Lane, timestamp: number): OpenBatch {
    const open: OpenBatch = {
      writer: this.#writers.take(),
      createdAt: this.#clock.monotonic(),
      baseTimestamp: timestamp,
      numbers: [],
    }
    lane.open = open
    this.open.add(lane)
    this.#events.opened(lane)
    return open
  }

  #note({ numbers }: OpenBatch, count: number): void {
    const last = numbers.length - 2
    if (last >= 0 && numbers[last]! + numbers[last + 1]! === this.count) numbers[last + 1]! += count
    else numbers.push(this.count, count)
    this.count += count
  }
}
