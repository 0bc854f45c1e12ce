/**
 * Every write of a small log's life, torn at every byte: in a batch's header, in its checksum, between two batches of one write, and
 * in the entries of indexes and snapshots.
 */
import { expect, test } from 'vitest'
import type { LogManager } from '../../../src/log/log-manager.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import { append, appendMarker, batch, marker, topicId, world } from '../support.ts'
import { everywhere, type Life } from './everywhere.ts'
import { PartitionModel } from './model.ts'
import { seedsOf } from './seeds.ts'
import { verify } from './verify.ts'
import { configOf } from './workload.ts'

const producerId = 7n

class Torn implements Life {
  readonly models = [new PartitionModel('torn', { topicId, compacted: false })]
  readonly #disk = new SimDisk()
  readonly #random: SeededRandom
  #logs!: LogManager
  #sequence = 0
  #open = false

  constructor(seed: number, observe: (disk: SimDisk, operation: Operation) => void) {
    this.#random = new SeededRandom(seed)
    this.#disk.faults = { observe: (operation) => observe(this.#disk, operation) }
  }

  async begin(): Promise<void> {
    this.#logs = (await world(this.#disk, { config: configOf })).logs
    this.#logs.create('torn', 0, topicId, configOf('torn'))
    this.#model.state = 'there'
  }

  async run(steps: number): Promise<void> {
    const log = this.#logs.get('torn', 0)!
    for (let step = 0; step < steps; step++) {
      // A leader's batch, a marker, or several batches at once, as a follower writes them.
      if (step % 3 === 0) this.#follow(log)
      else if (this.#open && this.#random.chance(0.5)) this.#end(log)
      else this.#send(log)
      log.advanceHighWatermark(log.logEndOffset)
      this.#model.acknowledged = this.#model.entries.length
      if (step % 5 === 4) await this.#flush(log)
    }
  }

  async end(): Promise<void> {
    await this.#logs.close({ brokerEpoch: 2n })
    this.#model.synced = this.#model.acknowledged
  }

  get #model(): PartitionModel {
    return this.models[0]!
  }

  async #flush(log: PartitionLog): Promise<void> {
    const { acknowledged } = this.#model
    await log.flush()
    this.#model.synced = acknowledged
  }

  #send(log: PartitionLog): void {
    this.#open = true
    const records = this.#texts(1 + this.#random.below(3), true)
    const identity = { producerId, producerEpoch: 0, transactional: true }
    append(log, { records, ...identity, baseSequence: this.#sequence })
    this.#sequence += records.length
  }

  #end(log: PartitionLog): void {
    this.#open = false
    const type = this.#random.chance(0.7) ? 'ABORT' : 'COMMIT'
    this.#note(type, { marker: true, transactional: true })
    appendMarker(log, marker(type, { producerId }))
  }

  #follow(log: PartitionLog): void {
    const sent = [1, 2, 1].map((count) => {
      const baseOffset = BigInt(this.#model.entries.length)
      return batch({ records: this.#texts(count, false), baseOffset, partitionLeaderEpoch: 0 })
    })
    log.appendAsFollower(Buffer.concat(sent))
  }

  #texts(count: number, transactional: boolean): string[] {
    const texts = Array.from({ length: count }, () => `=${this.#random.below(1000)}`)
    for (const text of texts) this.#note(text, { marker: false, transactional })
    return texts
  }

  #note(text: string, kind: { marker: boolean; transactional: boolean }): void {
    const { entries } = this.#model
    entries.push({ offset: BigInt(entries.length), text, ...kind })
  }
}

test.each(seedsOf([1]))(
  'a write that is torn at any byte takes nothing with it (seed %i)',
  async (seed) => {
    const live = (observe: (disk: SimDisk, operation: Operation) => void) => new Torn(seed, observe)
    const { tried, names } = await everywhere({ seed, steps: 18, live, verify, atEveryByte: true })
    expect(tried).toBeGreaterThan(2500)
    for (const suffix of ['log', 'index', 'timeindex', 'txnindex', 'snapshot']) {
      const tears = names.filter((name) => name.includes(`.${suffix}, 1 of its`))
      expect(tears.length, suffix).toBeGreaterThan(0)
    }
  },
  120_000,
)
