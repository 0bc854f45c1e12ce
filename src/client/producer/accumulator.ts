/**
 * Takes records and cuts them into batches, a lane for each partition. No record becomes an object: what is kept of it is
 * its bytes in a batch, and its number in a run of numbers.
 */
import type { Clock } from '../../host/clock.ts'
import type { Random } from '../../host/random.ts'
import type { Header } from '../../protocol/batch/headers.ts'
import { headerSize } from '../../protocol/batch/layout.ts'
import { type Choice, overheadMax, type Slices } from '../../protocol/batch/spans.ts'
import type { KafkaError } from '../../protocol/errors.ts'
import type { Batch, Flush } from './batch.ts'
import { type Chunk, sizeMaxOf, sizesOf, timeOf } from './chunk.ts'
import type { Lane, OpenBatch } from './lane.ts'
import { LaneChoice } from './lane-choice.ts'
import { headersSize, recordSizeMax, sizeRefusal } from './record-size.ts'
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
  readonly #choice: LaneChoice
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
    this.#choice = new LaneChoice(settings)
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
    const headersAre = { count: headers.length, size: headersSize(headers) }
    const size = recordSizeMax(keySize, valueSize, headersAre)
    const lane =
      record.partition === null ? this.#router.laneOf(route, key) : route.lanes[record.partition]!
    if (this.#isRefused(lane, size, { keySize, valueSize })) return
    const open = this.#openFor(lane, timestamp, size - headerSize)
    const before = open.writer.sizeInBytes
    open.writer.append(timestamp - open.baseTimestamp, key, value, headers)
    const added = open.writer.sizeInBytes - before
    this.#note(open, this.count++, 1)
    this.bytes += added
    if (lane === route.sticky && key === null && record.partition === null) {
      route.stickyLeft -= added
      if (route.stickyLeft <= 0) this.#router.turn(route)
    }
    if (open.writer.sizeInBytes >= this.#settings.batchSize) this.finish(lane)
  }

  /**
   * The records of one chunk, `timestamp` being the time of those that have none of their own; a partition of −1, or none at all,
   * leaves the choice to the key and the sticky partitioner.
   */
  appendSpans(
    route: Route,
    timestamp: number,
    slices: Slices,
    partitions: Int32Array | null = null,
  ): void {
    const chosen = this.#router.partitionsOf(route, partitions, slices.count)
    const chunk: Chunk = { route, timestamp, slices, partitions: chosen }
    for (let from = 0; from < slices.count; ) {
      const { to, kind } = this.#choice.run(slices, chosen, from)
      if (kind === 'too-large') this.#refuseOne(chunk, from)
      // Where there is one partition only, nobody takes turns.
      else if (kind === 'sticky' && route.lanes.length > 1) this.#appendSticky(chunk, { from, to })
      else this.#appendDirected(chunk, { from, to })
      from = to
    }
  }

  /** Closes the open batch of a lane, so that it can go. */
  finish(lane: Lane): void {
    const { open } = lane
    if (open === null) return
    lane.open = null
    this.open.delete(lane)
    const { writer, numbers, createdAt } = open
    const { count, sizeInBytes } = writer
    const bytes = this.#writers.finish(writer, open.baseTimestamp)
    const batch: Batch = {
      bytes,
      count,
      memory: sizeInBytes - headerSize,
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
      // The one before may have taken it along.
      if (lane.open === null) continue
      closed += lane.open.writer.sizeInBytes - headerSize
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

  #refuseOne({ route, slices, partitions }: Chunk, index: number): void {
    const { lanes } = route
    const sizes = sizesOf(slices.spans, index)
    const lane =
      this.#choice.laneOf(lanes.length, slices, partitions, index) ?? this.#router.stickyLane(route)
    const size = sizeMaxOf(slices.spans, index)
    const { topic, partition } = typeof lane === 'number' ? lanes[lane]! : lane
    const error = sizeRefusal(size, this.#settings)
    if (error !== null)
      this.#events.refused({ topic, partition, number: this.count, error, ...sizes })
    this.count++
  }

  #appendSticky(chunk: Chunk, run: { from: number; to: number }): void {
    const { route } = chunk
    const { batchSize, stickyBytes } = this.#settings
    const number = this.count - run.from
    this.count += run.to - run.from
    let { from } = run
    while (from < run.to) {
      const lane = this.#router.stickyLane(route)
      const open = lane.open ?? this.#begin(lane, timeOf(chunk, from))
      const before = open.writer.sizeInBytes
      const isFresh = route.stickyLeft === stickyBytes
      const turnEnd = before + route.stickyLeft + overheadMax
      const sizeMax = Math.min(batchSize, turnEnd)
      let next = this.#write(chunk, open, { from, to: run.to }, sizeMax)
      if (next === from && isFresh && sizeMax < batchSize) {
        // A record that is larger than a whole turn is a turn.
        next = this.#write(chunk, open, { from, to: from + 1 }, batchSize)
      }
      if (next === from) {
        if (isFresh || sizeMax === batchSize) this.finish(lane)
        else this.#router.turn(route)
        continue
      }
      this.#note(open, number + from, next - from)
      route.stickyLeft -= open.writer.sizeInBytes - before
      from = next
      if (route.stickyLeft <= 0) this.#router.turn(route)
      if (open.writer.sizeInBytes >= batchSize) this.finish(lane)
    }
  }

  /** Records whose lanes do not hang on each other: those of one lane go into it together. */
  #appendDirected(chunk: Chunk, run: { from: number; to: number }): void {
    const { lanes } = chunk.route
    const { slices, partitions } = chunk
    const number = this.count - run.from
    this.count += run.to - run.from
    for (const { lane, ...choice } of this.#choice.byLane(lanes.length, slices, partitions, run)) {
      this.#appendTo(lanes[lane]!, chunk, choice, number)
    }
  }

  #appendTo(lane: Lane, chunk: Chunk, { from, to, order = null }: Choice, number: number): void {
    const { batchSize } = this.#settings
    const indexAt = (at: number) => (order === null ? at : order[at]!)
    for (let at = from; at < to; ) {
      const open = lane.open ?? this.#begin(lane, timeOf(chunk, indexAt(at)))
      const next = this.#write(chunk, open, { from: at, to, order }, batchSize)
      if (order === null) this.#note(open, number + at, next - at)
      else for (let i = at; i < next; i++) this.#note(open, number + order[i]!, 1)
      if (next === at || open.writer.sizeInBytes >= batchSize) this.finish(lane)
      at = next
    }
  }

  /** As many of the records as the batch takes; tells how far that was. */
  #write(
    { slices, timestamp }: Chunk,
    { writer, baseTimestamp }: OpenBatch,
    choice: Choice,
    sizeMax: number,
  ): number {
    const before = writer.sizeInBytes
    const times = { base: baseTimestamp, preset: timestamp }
    const next = writer.appendSpans(slices, choice, { times, sizeMax })
    this.bytes += writer.sizeInBytes - before
    return next
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

  #note({ numbers }: OpenBatch, first: number, count: number): void {
    if (count === 0) return
    const last = numbers.length - 2
    if (last >= 0 && numbers[last]! + numbers[last + 1]! === first) numbers[last + 1]! += count
    else numbers.push(first, count)
  }
}
