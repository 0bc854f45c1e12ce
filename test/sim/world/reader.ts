/**
 * A member of a group in the simulated world: a real consumer, which commits by hand what it has processed. What it reads and what
 * the coordinator has taken of it goes into a ledger that all members share.
 */
import type { ConsumerOptions } from '../../../src/client/consumer/settings.ts'
import { Consumer } from '../../../src/client/consumer.ts'
import type { TopicPartition } from '../../../src/client/topic-partition.ts'
import { pause } from '../../../src/host/clock.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'
import { SeededRandom } from '../random.ts'
import { bootstrapOf } from './broker.ts'
import { ensure } from './history.ts'
import { Machine } from './machine.ts'
import type { SimNet } from './net.ts'
import type { WorldTime } from './time.ts'
import { topic } from './topics.ts'

/** What all members together have done. */
export class Ledger {
  readonly read = new Set<string>()
  /** By partition: how far the coordinator has said to have taken it. */
  readonly committed = new Map<number, bigint>()
  /** So often a partition was gone on with by somebody else, from where the last one had committed. */
  handOvers = 0
  commits = 0

  took(partition: number, offset: bigint): void {
    this.commits++
    if (offset > (this.committed.get(partition) ?? 0n)) this.committed.set(partition, offset)
  }
}

export interface ReaderOptions {
  readonly name: string
  readonly groupId: string
  readonly consumer: ConsumerOptions
  readonly ledger: Ledger
  readonly brokers: readonly number[]
  readonly time: WorldTime
  readonly net: SimNet
  readonly random: SeededRandom
}

const pollMs = 50

export class Reader {
  readonly machine: Machine
  readonly consumer: Consumer
  readonly #options: ReaderOptions
  readonly #random: SeededRandom
  /** Where each partition must go on at least: what was committed of it when it came. */
  readonly #floors = new Map<number, bigint>()
  readonly #positions = new Map<number, bigint>()
  #isOver = false
  /** It does nothing any more; unless it was refused, it has left the group. */
  isGone = false
  /** It was told something that will not change; its process would end with that message. */
  isRefused = false
  failure: unknown = null

  constructor(options: ReaderOptions) {
    const { name, groupId, brokers, time, net, random } = options
    this.#options = options
    this.machine = new Machine(name, time)
    this.#random = new SeededRandom(random.below(2 ** 31))
    const host = { clock: this.machine, net: net.of(this.machine), random: this.#random }
    this.consumer = new Consumer(
      {
        bootstrap: bootstrapOf(brokers),
        host,
        requestTimeoutMs: 1000,
        socketConnectionSetupTimeoutMs: 500,
        metadataMaxAgeMs: 2000,
        defaultApiTimeoutMs: 2000,
      },
      {
        groupId,
        autoOffsetReset: 'earliest',
        enableAutoCommit: false,
        sessionTimeoutMs: 3000,
        heartbeatIntervalMs: 500,
        maxPollIntervalMs: 6000,
        fetchMaxWaitMs: 200,
        ...options.consumer,
      },
    )
  }

  get instanceId(): string | null {
    return this.consumer.settings.groupInstanceId
  }

  run(): void {
    this.#run().catch((error) => {
      this.failure = error
    })
  }

  /** It commits, leaves and ends. */
  close(): void {
    this.#isOver = true
    this.consumer.wakeup()
  }

  /** kill -9 */
  kill(): void {
    this.machine.end()
    this.#options.net.ended(this.machine)
  }

  async #run(): Promise<void> {
    this.consumer.subscribe(
      { topics: [topic] },
      {
        assigned: (partitions) => this.#assigned(partitions),
        revoked: (partitions) => this.#commit(partitions),
        lost: () => {},
      },
    )
    while (!this.#isOver && !this.isRefused) {
      const run = await this.#poll()
      while (run?.next()) this.#process(run.partition, run.offset())
      if (this.#random.chance(0.5)) await this.#commit(this.consumer.assignment())
    }
    if (!this.isRefused) await this.consumer.close()
    this.isGone = true
  }

  async #poll() {
    try {
      return await this.consumer.poll(pollMs)
    } catch (error) {
      ensureKafka(error)
      this.isRefused = error.fate === 'final'
      // One that is refused is refused at once: without a pause no time would pass.
      await pause(this.machine, pollMs)
      return null
    }
  }

  #assigned(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) {
      this.#positions.delete(partition)
      this.#floors.set(partition, this.#options.ledger.committed.get(partition) ?? 0n)
    }
  }

  #process(partition: number, offset: bigint): void {
    const { name, ledger } = this.#options
    const position = this.#positions.get(partition)
    if (position === undefined) {
      const floor = this.#floors.get(partition) ?? 0n
      ensure(
        offset >= floor,
        `${name} reads ${partition} from ${offset}: ${floor} was committed when it came`,
      )
      if (floor > 0n && offset === floor) ledger.handOvers++
    } else ensure(offset === position, `${name} reads ${partition} at ${offset}, not ${position}`)
    this.#positions.set(partition, offset + 1n)
    ledger.read.add(`${partition}: ${offset}`)
  }

  async #commit(partitions: readonly TopicPartition[]): Promise<void> {
    const offsets = partitions.flatMap((at) => {
      const offset = this.#positions.get(at.partition)
      return offset === undefined ? [] : [{ ...at, offset, leaderEpoch: null }]
    })
    if (offsets.length === 0) return
    try {
      await this.consumer.commit(offsets)
      for (const { partition, offset } of offsets) this.#options.ledger.took(partition, offset)
    } catch (error) {
      ensureKafka(error)
    }
  }
}

/** What a cluster in trouble says is no fault of the reader; anything else is. */
function ensureKafka(error: unknown): asserts error is KafkaError {
  if (!(error instanceof KafkaError)) throw error
}
