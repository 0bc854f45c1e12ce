/**
 * A cluster in a simulated world: whole brokers (quorum, replication, logs) and real clients, under virtual time, over a network
 * and disks that fail. One seed, one history; invariants are checked after every step.
 */
import { SeededRandom } from '../random.ts'
import { SimBroker } from './broker.ts'
import { SimClient } from './client.ts'
import { ensure, History, Violation } from './history.ts'
import { SimNet } from './net.ts'
import { factOf, Operator } from './operator.ts'
import { WorldTime } from './time.ts'
import { loose, partitions, topic } from './topics.ts'
import { Trouble } from './trouble.ts'

export interface WorldOptions {
  readonly seed: number
  /** Those that vote, and those that only store. */
  readonly voters: number
  readonly others: number
  readonly troubleMs: number
  /** Somebody changes the cluster all the while. */
  readonly isOperated?: boolean
  /** Of each broker; one unless it says more. */
  readonly directories?: number
}

const setUpMs = 30_000
const healMs = 120_000
const writeEveryMs = 25
const stepsPerTurnOfMachine = 256

export class ClusterWorld {
  readonly random: SeededRandom
  readonly time = new WorldTime()
  readonly net: SimNet
  readonly brokers: SimBroker[] = []
  readonly client: SimClient
  readonly history = new History()
  readonly #options: WorldOptions
  readonly #checkedTurns = new Map<SimBroker, number>()
  readonly trouble: Trouble
  readonly operator: Operator
  #brokerCount = 0

  constructor(options: WorldOptions) {
    const { seed, voters, others } = options
    this.#options = options
    this.random = new SeededRandom(seed)
    this.net = new SimNet(this.random)
    const { time, net, random } = this
    const ids = Array.from({ length: voters + others }, () => this.addBroker().id)
    this.client = new SimClient(ids, { time, net, random })
    this.trouble = new Trouble(this)
    this.operator = new Operator(this)
  }

  /** Of each broker. */
  get directories(): readonly string[] {
    return ['/data', '/more', '/most'].slice(0, this.#options.directories ?? 1)
  }

  /** A new one, with an empty disk; it votes if it is among the first. */
  addBroker(): SimBroker {
    const { time, net, random } = this
    const broker = new SimBroker({
      id: ++this.#brokerCount,
      voters: Array.from({ length: this.#options.voters }, (_, i) => i + 1),
      time,
      net,
      random,
      clockRate: 0.95 + random.number() * 0.1,
      directories: this.directories,
    })
    this.brokers.push(broker)
    return broker
  }

  /** Resolves when it has stopped, for good. */
  retire(broker: SimBroker): void {
    broker.retire()
    this.brokers.splice(this.brokers.indexOf(broker), 1)
  }

  /** The whole story; throws a Violation where it goes wrong. */
  async play(): Promise<void> {
    for (const broker of this.brokers) broker.start()
    await this.until(setUpMs, 'all brokers come up', () => this.brokers.every((b) => b.isReady))
    await this.#prepare()
    let isWriting = true
    const writing = () => {
      if (!isWriting) return
      this.client.write(this.random.below(partitions))
      this.client.machine.after(this.random.number() * 2 * writeEveryMs, writing)
    }
    writing()
    this.trouble.begin()
    if (this.#options.isOperated === true) this.operator.begin()
    await this.run(this.#options.troubleMs)
    this.trouble.end()
    this.operator.end()
    const last = this.client.written.length
    const isSettled = () =>
      this.client.written.slice(0, last).every((value) => this.client.acknowledged.has(value))
    await this.until(healMs, 'all is acknowledged', isSettled)
    await this.until(healMs, 'all replicas are in sync', () => this.inSync())
    if (this.history.hasLostOne) this.operator.rescue()
    await this.until(
      healMs,
      () => this.operator.pending!,
      () => this.operator.pending === null,
    )
    isWriting = false
    await this.until(healMs, 'all replicas hold the same', () => this.#areEqual())
    this.#judge()
  }

  async run(ms: number): Promise<void> {
    const until = this.time.now + ms
    while (this.time.step(until)) {
      await this.#settled()
      this.#check()
    }
  }

  async until(
    withinMs: number,
    what: string | (() => string),
    condition: () => boolean,
  ): Promise<void> {
    const until = this.time.now + withinMs
    await this.#settled()
    this.#check()
    while (!condition()) {
      const isNext = this.time.step(until)
      if (!isNext)
        throw new Violation(
          `not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`,
        )
      await this.#settled()
      this.#check()
    }
  }

  /** Everywhere: every partition has all its replicas in sync, as the metadata of every broker say. */
  inSync(): boolean {
    return this.brokers.every(({ node, isReady }) => {
      const found = node?.image.topicsByName.get(topic)?.partitions ?? []
      const isWhole = ({ isr, replicas, leader }: (typeof found)[number]) =>
        leader > 0 && isr.length === replicas.length
      return isReady && found.length === partitions && found.every(isWhole)
    })
  }

  /** Everything is acknowledged and safe, and every replica ends where its leader ends. */
  #areEqual(): boolean {
    // One that was asked to stop a moment ago may have gone since all was in sync.
    if (!this.brokers.every(({ isReady }) => isReady)) return false
    if (this.client.acknowledged.size < this.client.written.length) return false
    const ends = new Map<string, bigint>()
    for (const { node } of this.brokers) {
      for (const { log, state } of node?.replicas.all() ?? []) {
        const end = ends.get(log.name) ?? log.logEndOffset
        if (log.logEndOffset !== end || state.highWatermark !== end) return false
        ends.set(log.name, end)
      }
    }
    return true
  }

  /** Whatever one broker holds lies elsewhere, too, and stays eligible there. */
  mayLoseOne(): boolean {
    return this.inSync()
  }

  /** The controller has taken it out of the in-sync sets, and somebody has heard of that; others may know of a time before it was in. */
  isOutOfSync(id: number): boolean {
    const images = this.brokers.flatMap(({ node, isReady }) => (isReady ? [node!.image] : []))
    const [newest] = images.toSorted((a, b) => Number(b.offset - a.offset))
    const found = newest?.topicsByName.get(topic)?.partitions ?? []
    return found.length > 0 && found.every(({ isr }) => !isr.includes(id))
  }

  /**
   * All has followed of the step that follows of it by itself: promises only, for nothing here waits for the machine. They are over
   * before the next tick; the machine gets its turn now and then.
   */
  #settled(): Promise<void> {
    const isTurnOfMachine = this.time.steps % stepsPerTurnOfMachine === 0
    return new Promise((resolve) => {
      if (isTurnOfMachine) setImmediate(resolve)
      else process.nextTick(resolve)
    })
  }

  /** Only code of its own process changes a broker, so one that had no turn since it was checked is as it was. */
  #check(): void {
    for (const broker of this.brokers) {
      if (this.#checkedTurns.get(broker) === broker.machine.turns) continue
      this.#checkedTurns.set(broker, broker.machine.turns)
      if (broker.failure !== null) {
        const { failure } = broker
        const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)
        throw new Violation(`broker ${broker.id} gave up: ${text}`)
      }
      this.history.check(broker)
    }
  }

  async #prepare(): Promise<void> {
    const configs = { 'min.insync.replicas': '2' }
    const { admin } = this.client
    let created: unknown = null
    const wanted = { name: topic, partitions, replicationFactor: 3, configs }
    const other = { name: loose, partitions: 1, replicationFactor: 3 }
    admin.createTopics([wanted, other]).then((results) => {
      created = results.get(topic)
    })
    await this.until(setUpMs, 'the topic is created', () => created !== null)
    await this.until(setUpMs, 'its replicas are in sync', () => this.inSync())
    let isOpen = false
    this.client.open(topic).then(() => {
      isOpen = true
    })
    await this.until(setUpMs, 'the producer knows it', () => isOpen)
  }

  /** What was acknowledged is there once, and in order; nothing else is there twice. */
  #judge(): void {
    ensure(this.client.refused.length === 0, `refused: ${this.client.refused[0]}`)
    const seen = new Set<string>()
    for (let partition = 0; partition < partitions; partition++) {
      let last = -1
      for (const value of this.#valuesOf(partition)) {
        ensure(!seen.has(value), `${value} is there twice`)
        seen.add(value)
        ensure(Number(value) > last, `${value} comes behind ${last}`)
        last = Number(value)
      }
    }
    for (const value of this.client.acknowledged) {
      ensure(seen.has(value), `${value} was acknowledged and is lost`)
    }
    const facts = new Set(this.history.metadataRecords().map(factOf))
    for (const fact of this.operator.told)
      ensure(facts.has(fact), `it was told that ${fact}, and that is lost`)
    for (const broker of this.brokers) this.history.checkWhole(broker)
  }

  /** As its leader has them, which some brokers may not have heard of yet. */
  #valuesOf(partition: number): string[] {
    const epochOf = ({ node }: SimBroker) => {
      const state = node?.replicas.get(topic, partition)?.state
      return state?.role === 'leading' ? state.leaderEpoch : -1
    }
    const [leader] = this.brokers.toSorted((a, b) => epochOf(b) - epochOf(a))
    return this.history.valuesOf(leader!, topic, partition)
  }
}
