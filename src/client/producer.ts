/**
 * Writes records: `topic()` once, then `append` or `appendSpans` as often as there is something, waiting for `room()` whenever
 * they say false, and `flush()` or `close()` at the end. There is no promise per record: what could not be delivered is told
 * to `onFailure`, by the records' numbers.
 */

import { assert } from '../base/assert.ts'
import { pause } from '../host/clock.ts'
import type { Header } from '../protocol/batch/headers.ts'
import type { Slices } from '../protocol/batch/spans.ts'
import { KafkaError } from '../protocol/errors.ts'
import { backoffMs } from './backoff.ts'
import { Cluster } from './cluster.ts'
import { Accumulator } from './producer/accumulator.ts'
import { identify } from './producer/identify.ts'
import { Lane } from './producer/lane.ts'
import type { Route } from './producer/router.ts'
import { Sender } from './producer/sender.ts'
import {
  type ProducerOptions,
  type ProducerSettings,
  producerSettings,
} from './producer/settings.ts'
import { Transaction } from './producer/transaction.ts'
import type { ClientOptions } from './settings.ts'
import { within } from './within.ts'

/** A producer goes on reading when this part of its buffer is free again. */
const roomShare = 1 / 4

export class Producer {
  readonly cluster: Cluster
  readonly settings: ProducerSettings
  readonly #ownsCluster: boolean
  readonly #accumulator: Accumulator
  readonly #sender: Sender
  readonly #routes = new Map<string, Route>()
  readonly #refused = new Set<string>()
  readonly #transaction: Transaction | null
  readonly #roomWaiters: (() => void)[] = []
  #generation = -1
  #flushes = 0
  /** So many records belong to transactions that have ended. */
  #endedAt = 0
  #isClosed = false

  constructor(options: ClientOptions | Cluster, producerOptions: ProducerOptions = {}) {
    this.#ownsCluster = !(options instanceof Cluster)
    this.cluster = options instanceof Cluster ? options : new Cluster(options)
    this.settings = producerSettings(producerOptions, this.cluster.settings)
    this.#accumulator = new Accumulator(this.settings, this.cluster.settings.host, {
      ready: (lane) => this.#sender.ready(lane),
      opened: () => this.#sender.opened(),
      refused: ({ topic, partition, number, error, keySize, valueSize }) =>
        this.settings.onFailure({
          topic,
          partition,
          ranges: [{ first: number, count: 1 }],
          count: 1,
          error,
          records: () => [{ number, keySize, valueSize, error, isBystander: false }],
        }),
    })
    const { transactionalId } = this.settings
    this.#transaction =
      transactionalId === null
        ? null
        : new Transaction(this.cluster, { ...this.settings, transactionalId })
    this.#sender = new Sender(this.cluster, this.settings, this.#accumulator, {
      settled: () => this.#makeRoom(),
      identify: () => this.#transaction?.begin() ?? identify(this.cluster),
    })
  }

  /** How many records were appended; the number of the next one. */
  get recordCount(): number {
    return this.#accumulator.count
  }

  /** Bytes of records that are not settled yet. */
  get bufferedBytes(): number {
    return this.#accumulator.bytes
  }

  /** Waits until the topic's partitions are known, for `max.block.ms` at most; a broker that creates topics by itself does. */
  async topic(name: string): Promise<ProducerTopic> {
    this.#sender.prepare()
    // What a broker has called no name of a topic is not asked for a second time.
    if (this.#refused.has(name)) throw new KafkaError('INVALID_TOPIC_EXCEPTION', name)
    if (!this.#routes.has(name)) await this.#discover(name)
    return new ProducerTopic(this, this.#accumulator, this.#routes.get(name)!)
  }

  /** Resolves when there is room for more records. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve()
    this.#accumulator.finishUntil(this.#accumulator.bytes - this.#roomyBytes)
    return new Promise((resolve) => {
      this.#roomWaiters.push(resolve)
    })
  }

  /** Also where no record fits: nothing would ever make room for it. */
  get hasRoom(): boolean {
    const { bytes } = this.#accumulator
    return bytes === 0 || bytes < this.settings.bufferMemory
  }

  /** Sends what is there and resolves when all of it is settled, delivered or told to `onFailure`. */
  async flush(): Promise<void> {
    this.#flushes++
    this.#accumulator.finishAll()
    this.#sender.flush(true)
    await new Promise<void>((resolve) => this.#accumulator.whenSettled(resolve))
    this.#flushes--
    if (this.#flushes === 0) this.#sender.flush(false)
  }

  /** Ends what was appended since the last end, once all of it is delivered; with nothing appended there is nothing to end. */
  async endTransaction({ committed }: { committed: boolean }): Promise<void> {
    assert(this.#transaction !== null, 'only with a transactionalId')
    await this.flush()
    if (this.#endedAt === this.recordCount) return
    this.#endedAt = this.recordCount
    this.#sender.identifyAs(await this.#transaction.end(committed))
    for (const { lanes } of this.#routes.values()) for (const lane of lanes) lane.restart()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    await this.flush()
    this.#isClosed = true
    this.#sender.close()
    if (this.#ownsCluster) this.cluster.close()
  }

  /** Takes over what metadata say of partitions and leaders. */
  syncRoutes(): void {
    const { cache } = this.cluster
    if (cache.generation === this.#generation) return
    this.#generation = cache.generation
    for (const route of this.#routes.values()) this.#sync(route)
  }

  #sync(route: Route): void {
    const { cache } = this.cluster
    const partitions = cache.topics.get(route.topic)?.partitions ?? []
    while (route.lanes.length < partitions.length) {
      route.lanes.push(new Lane(route.topic, route.lanes.length))
    }
    route.available = partitions
      .filter(({ leaderId }) => leaderId >= 0)
      .map(({ partition }) => partition)
  }

  async #discover(name: string): Promise<void> {
    const { host, retryBackoffMs, retryBackoffMaxMs } = this.cluster.settings
    const { maxBlockMs } = this.settings
    const deadline = host.clock.monotonic() + maxBlockMs
    this.cluster.watch([name])
    for (let attempt = 0; ; attempt++) {
      const cause = await this.#lookUp(name, deadline)
      const topic = this.cluster.cache.topics.get(name)
      if (topic !== undefined && topic.partitions.length > 0) break
      const waitMs = backoffMs(attempt, {
        firstMs: retryBackoffMs,
        maxMs: retryBackoffMaxMs,
        chance: host.random.number(),
      })
      if (host.clock.monotonic() + waitMs >= deadline) {
        this.cluster.unwatch([name])
        const text = `Topic ${name} not present in metadata after ${maxBlockMs} ms.`
        throw new KafkaError('REQUEST_TIMED_OUT', text, cause === null ? undefined : { cause })
      }
      await pause(host.clock, waitMs)
    }
    const route: Route = {
      topic: name,
      lanes: [],
      sticky: null,
      stickyLeft: 0,
      available: [],
      turns: 0,
    }
    this.#sync(route)
    this.#routes.set(name, route)
  }

  /** Asks once; gives what stands in the way if it may go away, and throws if it will not. */
  async #lookUp(name: string, deadline: number): Promise<KafkaError | null> {
    const { clock } = this.cluster.settings.host
    try {
      await within(clock, deadline - clock.monotonic(), this.cluster.refresh({ create: true }))
    } catch (error) {
      if (!(error instanceof KafkaError) || error.fate === 'final') throw error
      return error
    }
    const error = this.cluster.cache.topics.get(name)?.error ?? 'NONE'
    switch (error) {
      case 'NONE':
        return null
      case 'INVALID_TOPIC_EXCEPTION':
        this.#refused.add(name)
        throw new KafkaError(error, `Invalid topics: [${name}]`)
      case 'TOPIC_AUTHORIZATION_FAILED':
        throw new KafkaError(error, `Not authorized to access topics: [${name}]`)
      default:
        return new KafkaError(error)
    }
  }

  /** With no more than this there is room again. */
  get #roomyBytes(): number {
    return this.settings.bufferMemory * (1 - roomShare)
  }

  #makeRoom(): void {
    if (this.#roomWaiters.length === 0) return
    if (this.#accumulator.bytes > this.#roomyBytes) return
    for (const resolve of this.#roomWaiters.splice(0)) resolve()
  }
}

/** Where records of one topic go in. Each call says whether there is room for more; what it was given it has taken. */
export class ProducerTopic {
  readonly #producer: Producer
  readonly #accumulator: Accumulator
  readonly #route: Route

  constructor(producer: Producer, accumulator: Accumulator, route: Route) {
    this.#producer = producer
    this.#accumulator = accumulator
    this.#route = route
  }

  get partitionCount(): number {
    this.#producer.syncRoutes()
    return this.#route.lanes.length
  }

  /** `timestamp` in milliseconds; a partition of null leaves the choice to the key, and without one to the sticky partitioner. */
  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly Header[] = [],
    partition: number | null = null,
  ): boolean {
    this.#producer.syncRoutes()
    this.#accumulator.append(this.#route, timestamp, { key, value, headers, partition })
    return this.#producer.hasRoom
  }

  /**
   * Many records that lie in one chunk, which may be overwritten afterwards. `timestamp` is the time of those that have none of
   * their own; a partition of −1, or none at all, leaves the choice as for `append`.
   */
  appendSpans(timestamp: number, slices: Slices, partitions: Int32Array | null = null): boolean {
    this.#producer.syncRoutes()
    this.#accumulator.appendSpans(this.#route, timestamp, slices, partitions)
    return this.#producer.hasRoom
  }
}
