/** A follower's life in small: what the leader has, cut where a new leader does not have it, or begun anew. */
import type { LogManager } from '../../../src/log/log-manager.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { SimClock } from '../../sim/clock.ts'
import { type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import { batch, topicId, world } from '../support.ts'
import { PartitionModel } from './model.ts'
import { configOf } from './workload.ts'

const topic = 'followed'

export class FollowerLife {
  readonly #random: SeededRandom
  readonly #clock = new SimClock()
  readonly #observe: (disk: SimDisk, operation: Operation) => void
  #model = new PartitionModel(topic, { topicId, compacted: false })
  #disk = new SimDisk()
  #logs!: LogManager
  #leaderEpoch = 0
  /** Where batches begin. */
  #bases: number[] = []

  constructor(seed: number, observe: (disk: SimDisk, operation: Operation) => void) {
    this.#random = new SeededRandom(seed)
    this.#observe = observe
  }

  get models(): readonly PartitionModel[] {
    return [this.#model]
  }

  async begin(): Promise<void> {
    await this.#open()
    this.#create()
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#step()
  }

  async end(): Promise<void> {
    await this.#logs.close({ brokerEpoch: 2n })
    this.#model.synced = this.#model.acknowledged
  }

  get #log(): PartitionLog {
    return this.#logs.get(topic, 0)!
  }

  async #open(): Promise<void> {
    const disk = this.#disk
    disk.faults = { observe: (operation) => this.#observe(disk, operation) }
    const opened = await world(disk, {
      config: configOf,
      clock: this.#clock,
      properties: { 'log.cleaner.enable': 'false', 'log.initial.task.delay.ms': '100000000' },
    })
    this.#logs = opened.logs
  }

  #create(): void {
    this.#logs.create(topic, 0, topicId, configOf(topic))
    this.#model.state = 'there'
  }

  async #step(): Promise<void> {
    const dice = this.#random.below(100)
    if (dice < 58) this.#append()
    else if (dice < 68) await this.#flush()
    else if (dice < 74) this.#clock.advance(60_000)
    else if (dice < 86) this.#truncate()
    else if (dice < 89) this.#beginAnew()
    else if (dice < 92) this.#letGo()
    else if (dice < 95) await this.#restart()
    else await this.#crash()
    // What runs in the background comes through now.
    if (this.#random.chance(0.5)) for (let i = 0; i < 20; i++) await null
  }

  #append(): void {
    const fetched = Array.from({ length: 1 + this.#random.below(3) }, () => this.#batch())
    this.#log.appendAsFollower(Buffer.concat(fetched))
    this.#model.acknowledged = this.#model.entries.length
    this.#log.advanceHighWatermark(this.#log.logEndOffset)
  }

  #batch(): Uint8Array {
    const { entries } = this.#model
    const base = entries.length
    this.#bases.push(base)
    const count = 1 + this.#random.below(3)
    const records = Array.from({ length: count }, () => `=v${this.#random.below(1_000_000)}`)
    for (const text of records) {
      const offset = BigInt(entries.length)
      entries.push({ offset, text, marker: false, transactional: false })
    }
    const place = { baseOffset: BigInt(base), partitionLeaderEpoch: this.#leaderEpoch }
    return batch({ records, ...place, at: this.#clock.now() })
  }

  async #flush(): Promise<void> {
    const model = this.#model
    const { acknowledged } = model
    await this.#log.flush()
    model.synced = acknowledged
  }

  /** Where the logs part a batch begins; while the step is under way, what follows may be there or not. */
  #truncate(): void {
    if (this.#bases.length === 0) return
    const model = this.#model
    // Mostly near the end, as in life.
    const far = this.#random.chance(0.2) ? this.#bases.length : Math.min(6, this.#bases.length)
    const end = this.#bases[this.#bases.length - 1 - this.#random.below(far)]!
    const { synced } = model
    // Below the log's start nothing is kept, and the log begins anew.
    const kept = BigInt(end) < model.start ? 0 : end
    model.acknowledged = Math.min(model.acknowledged, kept)
    model.synced = Math.min(synced, kept)
    this.#log.truncateTo(BigInt(end))
    model.endAt(end)
    if (kept === 0) model.synced = end
    if (BigInt(end) < model.start) model.start = BigInt(end)
    this.#endAt(end)
  }

  /** The leader no longer has what comes next here. */
  #beginAnew(): void {
    const model = this.#model
    const start = model.entries.length + this.#random.below(20)
    model.acknowledged = model.synced = 0
    model.start = BigInt(start)
    while (model.entries.length < start) {
      const offset = BigInt(model.entries.length)
      model.entries.push({ offset, text: '=', marker: false, transactional: false })
    }
    this.#log.restartAt(BigInt(start))
    model.acknowledged = model.synced = start
    this.#endAt(start)
    this.#bases = []
  }

  /** The leader's log begins later now. */
  #letGo(): void {
    const log = this.#log
    const room = Number(log.highWatermark - log.logStartOffset)
    const target = log.logStartOffset + BigInt(this.#random.below(room + 1))
    if (target > this.#model.start) this.#model.start = target
    log.advanceLogStartOffset(target)
    this.#logs.applyRetention()
  }

  async #restart(): Promise<void> {
    await this.end()
    await this.#open()
  }

  async #crash(): Promise<void> {
    const model = this.#model
    this.#disk.faults = {}
    if (this.#random.chance(0.5)) this.#disk = this.#disk.afterKill()
    else {
      this.#disk = this.#disk.afterPowerCut(this.#random)
      model.lostPower()
    }
    await this.#open()
    const log = this.#logs.get(topic, 0, topicId)
    if (log === undefined) {
      if (model.synced > 0) throw new Error(`it is lost, and ${model.synced} were synced`)
      this.#model = new PartitionModel(topic, { topicId, compacted: false })
      this.#create()
      return this.#endAt(0)
    }
    if (log.logStartOffset > model.start) model.start = log.logStartOffset
    model.endAt(Number(log.logEndOffset))
    this.#endAt(Number(log.logEndOffset))
  }

  #endAt(end: number): void {
    this.#bases = this.#bases.filter((base) => base < end)
    this.#leaderEpoch++
  }
}
