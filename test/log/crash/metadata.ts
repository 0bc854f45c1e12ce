/** The life of a metadata log in small: records, snapshots, the log behind them let go, and a snapshot of a leader in its place. */

import { metadataBatch } from '../../../src/broker/quorum/batches.ts'
import { CommittedMetadata } from '../../../src/broker/quorum/committed.ts'
import { diskFiles } from '../../../src/broker/quorum/disk-files.ts'
import { Loader } from '../../../src/broker/quorum/loader.ts'
import { staticVoters } from '../../../src/broker/quorum/raft-options.ts'
import { recover } from '../../../src/broker/quorum/recovery.ts'
import { snapshotBytes, snapshotName } from '../../../src/broker/quorum/snapshots.ts'
import type { LogManager } from '../../../src/log/log-manager.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import type { MetadataImage } from '../../../src/metadata/image.ts'
import { type MetadataRecord, record } from '../../../src/metadata/records.ts'
import { snapshotRecords } from '../../../src/metadata/snapshot.ts'
import { BrokerConfigs } from '../../../src/protocol/configs/effective.ts'
import { SimClock } from '../../sim/clock.ts'
import { type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import { defaults, world } from '../support.ts'
import type { Crash } from './everywhere.ts'
import { type Entry, PartitionModel, type Promise as Promised, stateOf } from './model.ts'

const config = { ...defaults, segmentBytes: 500, retentionMs: -1, retentionBytes: -1 }
const settings = new BrokerConfigs({
  fixed: new Map([['metadata.log.max.record.bytes.between.snapshots', '600']]),
})

interface Opened {
  readonly logs: LogManager
  readonly log: PartitionLog
  readonly metadata: CommittedMetadata
}

const voters = staticVoters([1])

/** As a broker does it. */
async function open(disk: SimDisk, clock = new SimClock()): Promise<Opened> {
  const properties = { 'log.cleaner.enable': 'false', 'log.initial.task.delay.ms': '100000000' }
  const { logs } = await world(disk, { clock, properties })
  const log = logs.metadataLog()
  log.config = config
  const files = diskFiles(disk, log.directory)
  const options = { clock, log, files, settings: () => settings }
  return { logs, log, metadata: new CommittedMetadata(options, recover(log, files, voters)) }
}

export class MetadataLife {
  readonly #random: SeededRandom
  readonly #clock = new SimClock()
  readonly #observe: (disk: SimDisk, operation: Operation) => void
  readonly #model = new PartitionModel('__cluster_metadata', { topicId: '', compacted: false })
  #disk = new SimDisk()
  #opened!: Opened
  #leaderEpoch = 1

  constructor(seed: number, observe: (disk: SimDisk, operation: Operation) => void) {
    this.#random = new SeededRandom(seed)
    this.#observe = observe
  }

  get models(): readonly PartitionModel[] {
    return [this.#model]
  }

  async begin(): Promise<void> {
    this.#disk.faults = { observe: (operation) => this.#observe(this.#disk, operation) }
    this.#opened = await open(this.#disk, this.#clock)
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#step()
  }

  async end(): Promise<void> {
    await this.#opened.logs.close({ brokerEpoch: 2n })
    this.#model.synced = this.#model.acknowledged
  }

  async #step(): Promise<void> {
    const dice = this.#random.below(100)
    if (dice < 50) this.#append()
    else if (dice < 75) await this.#commit()
    else if (dice < 82) this.#opened.logs.applyRetention()
    else if (dice < 87) this.#truncate()
    else if (dice < 91) await this.#install()
    else if (dice < 95) await this.#restart()
    else await this.#crash()
    // What waits for its removal goes.
    if (this.#random.chance(0.1)) this.#clock.advance(70_000)
  }

  #append(): void {
    const { log } = this.#opened
    const batch = metadataBatch(this.#records(), this.#clock.now())
    const now = this.#clock.now()
    const appended = log.appendAsLeader(batch, {
      leaderEpoch: this.#leaderEpoch,
      origin: 'raft',
      now,
    })
    if (!appended.ok) throw new Error(appended.message ?? '')
    this.#model.acknowledged = this.#model.entries.length
  }

  #records(): MetadataRecord[] {
    const { entries } = this.#model
    return Array.from({ length: 1 + this.#random.below(3) }, () => {
      const [key, value] = [`k${this.#random.below(6)}`, `v${this.#random.below(1_000_000)}`]
      const offset = BigInt(entries.length)
      entries.push({ offset, text: `${key}=${value}`, marker: false, transactional: false })
      return configRecord(key, value)
    })
  }

  /** On the medium, and so committed; a snapshot when it is time. */
  async #commit(): Promise<void> {
    const { log, metadata } = this.#opened
    await log.flush()
    this.#model.synced = this.#model.acknowledged
    log.advanceHighWatermark(log.logEndOffset)
    metadata.advance(log.logEndOffset, () => undefined)
    const taken = metadata.takeSnapshot(() => voters)
    if (taken !== null) log.advanceLogStartOffset(taken.startOffset)
  }

  /** Another leader does not have the end, which is not committed. */
  #truncate(): void {
    const model = this.#model
    const end = Number(this.#opened.metadata.image.offset)
    if (end >= model.entries.length) return
    model.acknowledged = model.synced = Math.min(model.synced, end)
    this.#opened.log.truncateTo(BigInt(end))
    model.endAt(end)
    model.synced = end
    this.#leaderEpoch++
  }

  /** The leader is far ahead, and has let go of the log up to there. */
  async #install(): Promise<void> {
    await this.#commit()
    const { log, metadata } = this.#opened
    const leader = new Loader()
    leader.reset(
      { records: [...snapshotRecords(metadata.image)], lastContained: 0n },
      {
        endOffset: metadata.image.offset,
        epoch: metadata.image.epoch,
      },
    )
    const records = Array.from({ length: 20 }, () => this.#records()).flat()
    const baseOffset = leader.image.offset
    const lastOffset = baseOffset + BigInt(records.length) - 1n
    const epoch = this.#leaderEpoch
    leader.apply({ baseOffset, lastOffset, epoch, timestamp: 0n, sizeBytes: 0, records })
    const id = { endOffset: leader.image.offset, epoch }
    const times = { lastContained: 0n, now: this.#clock.now(), epoch }
    const bytes = snapshotBytes(snapshotRecords(leader.image), times)
    const files = diskFiles(this.#disk, log.directory)
    const part = `${snapshotName(id)}.part`
    const half = bytes.length >> 1
    files.writeAt(part, 0, bytes.subarray(0, half))
    files.writeAt(part, half, bytes.subarray(half))
    files.publish(part, snapshotName(id))
    // From here on it is there, whatever the log says.
    this.#model.acknowledged = this.#model.synced = this.#model.entries.length
    log.restartAt(id.endOffset)
    metadata.replace(id)
    await log.flush()
  }

  async #restart(): Promise<void> {
    await this.end()
    await this.begin()
  }

  async #crash(): Promise<void> {
    const model = this.#model
    this.#disk.faults = {}
    if (this.#random.chance(0.5)) this.#disk = this.#disk.afterKill()
    else {
      this.#disk = this.#disk.afterPowerCut(this.#random)
      model.lostPower()
    }
    await this.begin()
    model.endAt(Number(this.#opened.log.logEndOffset))
  }
}

/** What stands in the log is what was sent, and a snapshot and the log behind it tell the same as all records from the first one on. */
export async function verifyMetadata(
  disk: SimDisk,
  crash: Crash,
  [promised]: readonly Promised[],
): Promise<void> {
  const { entries, asked, acknowledged, synced } = promised!
  const { logs, log, metadata } = await open(disk)
  const end = log.logEndOffset
  const least = crash === 'kill' ? acknowledged : synced
  if (end < BigInt(least)) throw new Error(`it ends at ${end}, but ${least} was promised`)
  if (end > BigInt(asked)) throw new Error(`it ends at ${end}, and only ${asked} were sent`)
  log.advanceHighWatermark(end)
  metadata.advance(end, () => undefined)
  const [ours, theirs] = [textOf(metadata.image), textOf(entries.slice(0, Number(end)))]
  if (ours !== theirs) throw new Error(`it says ${ours} instead of ${theirs}`)
  disk.faults = {}
  const batch = metadataBatch([configRecord('more', 'more')], 0)
  log.appendAsLeader(batch, { leaderEpoch: 1_000, origin: 'raft', now: 0 })
  await logs.close({ brokerEpoch: 1n })
  const again = await open(disk)
  again.metadata.advance(again.log.logEndOffset, () => undefined)
  if (!textOf(again.metadata.image).includes('more=more')) throw new Error('it takes no more')
}

function configRecord(name: string, value: string): MetadataRecord {
  return record('config', 0, { resourceType: 2, resourceName: 't', name, value })
}

function textOf(from: MetadataImage | readonly Entry[]): string {
  const state = 'configs' in from ? (from.configs.get(2)?.get('t') ?? []) : stateOf(from)
  return [...state]
    .map((pair) => pair.join('='))
    .sort()
    .join(' ')
}
