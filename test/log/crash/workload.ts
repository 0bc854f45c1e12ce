/** A broker's life in small: everything that the log does, in an order that a seed chooses. */
import { clean } from '../../../src/log/cleaner/clean.ts'
import { cleanable } from '../../../src/log/cleaner/select.ts'
import type { LogConfig } from '../../../src/log/log-config.ts'
import type { LogManager } from '../../../src/log/log-manager.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'
import { SimClock } from '../../sim/clock.ts'
import { type Faults, type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import { batch, defaults, marker, play, world } from '../support.ts'
import { entriesOf } from './entries.ts'
import { type Entry, PartitionModel } from './model.ts'

const segmentBytes = 400

export interface WorkloadOptions {
  /** Sees every operation on the disk before it is done. */
  readonly observe?: (disk: SimDisk, operation: Operation) => void
  readonly refuse?: Faults['refuse']
}

/** `doomed` topics come and go. */
export function configOf(topic: string): LogConfig {
  const config = { ...defaults, segmentBytes, segmentIndexBytes: 96, indexIntervalBytes: 90 }
  if (topic === 'keyed') {
    return { ...config, cleanupPolicies: ['compact'], dirtyRatioMin: 0, deleteRetentionMs: 0 }
  }
  return topic === 'plain' ? { ...config, retentionBytes: 1200 } : config
}

export class Workload {
  readonly models: PartitionModel[] = []
  #options: WorkloadOptions
  #disk = new SimDisk()
  readonly #random: SeededRandom
  readonly #clock = new SimClock()
  #logs!: LogManager
  #running = false
  #topics = 0
  /** Per partition: the next sequence number, and whether a transaction is open. */
  readonly #producers = new Map<PartitionModel, { sequence: number; open: boolean }>()

  constructor(seed: number, options: WorkloadOptions = {}) {
    this.#random = new SeededRandom(seed)
    this.#options = options
  }

  /** The disk is well again. */
  heal(): void {
    this.#options = {}
    this.#disk.faults = {}
  }

  get disk(): SimDisk {
    return this.#disk
  }

  get logs(): LogManager {
    return this.#logs
  }

  /** False when it could not even start again. */
  get running(): boolean {
    return this.#running
  }

  get online(): boolean {
    return this.#running && this.#logs.directories()[0]!.online
  }

  async begin(): Promise<void> {
    await this.#open()
    for (const topic of ['plain', 'keyed', 'transactions']) this.#create(topic)
  }

  /** Goes on as long as the disk does. */
  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps && this.online; step++) {
      try {
        await this.#step()
      } catch (error) {
        if (!(error instanceof KafkaError && error.error === 'KAFKA_STORAGE_ERROR')) throw error
      }
    }
  }

  async end(): Promise<void> {
    if (this.#running) await this.#logs.close({ brokerEpoch: 2n })
    // Without the mark the stop was not clean, and promises no more than a kill.
    if (this.#disk.stat('/data/.kafka_cleanshutdown') === null) return
    for (const model of this.models) if (model.state === 'there') model.synced = model.acknowledged
  }

  async #open(): Promise<void> {
    this.#running = false
    const disk = this.#disk
    const { observe, refuse = () => null } = this.#options
    disk.faults = { observe: (operation) => observe?.(disk, operation), refuse }
    const opened = await world(disk, {
      config: configOf,
      clock: this.#clock,
      properties: { 'log.cleaner.enable': 'false', 'log.initial.task.delay.ms': '100000000' },
    })
    this.#logs = opened.logs
    this.#running = true
    for (const log of this.#logs.all()) log.advanceHighWatermark(log.logEndOffset)
  }

  async #step(): Promise<void> {
    const model = this.#random.pick(this.models.filter(({ state }) => state === 'there'))
    const log = this.#logs.get(model.topic, 0)!
    const dice = this.#random.below(100)
    if (dice < 62) await this.#append(model, log)
    else if (dice < 70) await this.#flush(model, log)
    else if (dice < 75) this.#checkpoint()
    else if (dice < 80) this.#retain()
    else if (dice < 86) await this.#compact()
    else if (dice < 89) this.#trim()
    else if (dice < 92) this.#create(`doomed-${++this.#topics}`)
    else if (dice < 95) this.#delete()
    else if (dice < 96) this.#clock.advance(70_000)
    else if (dice < 98) await this.#restart()
    else await this.#crash()
    // What runs in the background comes through now.
    if (this.#random.chance(0.5)) for (let i = 0; i < 20; i++) await null
  }

  #create(topic: string): void {
    const topicId = Buffer.from(this.#random.bytes(16)).toString('base64url')
    const model = new PartitionModel(topic, { topicId, compacted: topic === 'keyed' })
    this.models.push(model)
    this.#producers.set(model, { sequence: 0, open: false })
    this.#logs.create(topic, 0, topicId, configOf(topic))
    model.state = 'there'
  }

  #delete(): void {
    const doomed = this.models.filter(
      ({ topic, state }) => topic.startsWith('doomed') && state === 'there',
    )
    if (doomed.length === 0) return
    const model = this.#random.pick(doomed)
    model.state = 'going'
    this.#logs.delete(model.topic, 0)
    model.state = 'gone'
  }

  async #append(model: PartitionModel, log: PartitionLog): Promise<void> {
    const before = { entries: model.entries.length, ...this.#producers.get(model)! }
    const bytes = model.topic === 'transactions' ? this.#transactional(model) : this.#data(model)
    const control = model.entries.at(-1)!.marker
    const origin = control ? 'coordinator' : 'client'
    const appended = log.appendAsLeader(bytes, { leaderEpoch: 0, origin, now: this.#clock.now() })
    if (!appended.ok) {
      if (appended.error !== 'KAFKA_STORAGE_ERROR') throw new Error(appended.message ?? '')
      // Where the directory lives on, nothing of it is left; where it does not, the next start may find it.
      if (this.online) model.entries.length = before.entries
      this.#producers.set(model, { sequence: before.sequence, open: before.open })
      return
    }
    log.advanceHighWatermark(log.logEndOffset)
    model.acknowledged = model.entries.length
    if (this.#random.chance(0.15)) await this.#flush(model, log)
  }

  async #flush(model: PartitionModel, log: PartitionLog): Promise<void> {
    const { acknowledged } = model
    await log.flush()
    model.synced = Math.max(model.synced, acknowledged)
  }

  #checkpoint(): void {
    this.#clock.advance(60_000)
  }

  #live(name: string): PartitionModel | undefined {
    return this.models.find(({ topic, state }) => topic === name && state === 'there')
  }

  #retain(): void {
    const model = this.#live('plain')!
    const log = this.#logs.get('plain', 0)!
    // Retention may go as far as this; what is at or above it has to stay.
    model.start = startAfterRetention(log)
    this.#logs.applyRetention()
  }

  #trim(): void {
    const model = this.#live('plain')!
    const log = this.#logs.get('plain', 0)!
    const room = Number(log.highWatermark - log.logStartOffset)
    const target = log.logStartOffset + BigInt(this.#random.below(room + 1))
    if (target > model.start) model.start = target
    log.advanceLogStartOffset(target)
  }

  async #compact(): Promise<void> {
    const log = this.#logs.get('keyed', 0)!
    const cleaning = cleanable(log, undefined, this.#clock.now())
    if (cleaning.dirtyBytes === 0) return
    // Some of the time a tombstone's horizon lies behind us.
    if (this.#random.chance(0.5)) this.#clock.advance(10)
    const seed = this.#random.below(1 << 30)
    const options = { now: this.#clock.now(), memoryBytes: 1 << 16, seed }
    try {
      await play(clean(log, cleaning, options))
    } catch (error) {
      throw log.store.context.failed(error)
    }
  }

  async #restart(): Promise<void> {
    await this.end()
    if (this.online) await this.#open()
  }

  /** Killed, or without power: another life begins with what is left, and all that is promised from now on has to last too. */
  async #crash(): Promise<void> {
    const old = this.#disk
    old.faults = {}
    if (this.#random.chance(0.5)) this.#disk = old.afterKill()
    else {
      this.#disk = old.afterPowerCut(this.#random)
      for (const model of this.models) model.lostPower()
    }
    await this.#open()
    for (const model of this.models) {
      const isBack = this.#logs.get(model.topic, 0)?.topicId === model.topicId
      if (model.state === 'going' && isBack) this.#logs.delete(model.topic, 0)
      if (model.state !== 'there') {
        model.state = 'gone'
        continue
      }
      const log = this.#logs.get(model.topic, 0, model.topicId)
      if (log !== undefined) this.#goOn(model, log)
      else if (model.synced === 0) model.state = 'gone'
      else throw new Error(`${model.topic} is lost, of which ${model.synced} were synced`)
    }
    for (const topic of ['plain', 'keyed', 'transactions']) {
      if (this.#live(topic) === undefined) this.#create(topic)
    }
  }

  /** What was sent ends where the log ends now. */
  #goOn(model: PartitionModel, log: PartitionLog): void {
    model.endAt(Number(log.logEndOffset))
    if (model.compacted) model.keepOnly(new Set(entriesOf(log, 0n).map(({ offset }) => offset)))
    if (log.logStartOffset > model.start) {
      model.start = log.logStartOffset
      model.beheaded = true
    }
    const last = model.entries.at(-1)
    this.#producers.set(model, {
      sequence: model.entries.filter(({ marker }) => !marker).length,
      open: last?.transactional === true && !last.marker,
    })
  }

  #data(model: PartitionModel): Uint8Array {
    const count = 1 + this.#random.below(4)
    const texts = Array.from({ length: count }, () => this.#text(model.compacted))
    return this.#sent(model, texts, { transactional: false })
  }

  #text(keyed: boolean): string {
    const value = `v${this.#random.below(1_000_000)}`
    if (!keyed) return `=${value}`
    return `k${this.#random.below(6)}=${this.#random.chance(0.2) ? '' : value}`
  }

  #transactional(model: PartitionModel): Uint8Array {
    const producer = this.#producers.get(model)!
    if (producer.open && this.#random.chance(0.4)) {
      producer.open = false
      const type = this.#random.chance(0.5) ? 'ABORT' : 'COMMIT'
      this.#note(model, [type], { marker: true, transactional: true })
      return marker(type, { producerId: producerOf(model), at: this.#clock.now() })
    }
    producer.open = true
    return this.#sent(model, [this.#text(false)], { transactional: true })
  }

  #sent(
    model: PartitionModel,
    texts: string[],
    { transactional }: { transactional: boolean },
  ): Uint8Array {
    const producer = this.#producers.get(model)!
    const baseSequence = producer.sequence
    producer.sequence += texts.length
    this.#note(model, texts, { marker: false, transactional })
    return batch({
      records: texts,
      producerId: producerOf(model),
      producerEpoch: 0,
      baseSequence,
      transactional,
      at: this.#clock.now(),
    })
  }

  #note(
    model: PartitionModel,
    texts: string[],
    kind: Pick<Entry, 'marker' | 'transactional'>,
  ): void {
    for (const text of texts) {
      model.entries.push({ offset: BigInt(model.entries.length), text, ...kind })
    }
  }
}

function producerOf({ topic }: PartitionModel): bigint {
  return BigInt(topic.length)
}

/** Retention by size drops whole segments from the first on, while more than the limit is left. */
function startAfterRetention(log: PartitionLog): bigint {
  let excess = log.sizeBytes - log.config.retentionBytes
  let start = log.logStartOffset
  const segments = [...log.store.segments]
  for (const [index, { size }] of segments.entries()) {
    if (excess < size) break
    excess -= size
    const next = segments[index + 1]?.baseOffset ?? log.logEndOffset
    if (next > start) start = next
  }
  return start
}
