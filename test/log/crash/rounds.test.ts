/**
 * Partitions of which every record is to be on the medium before it is acknowledged, written at once: their flushes share rounds.
 * Stopped at every operation of it, and with a flush that fails in the middle of a round.
 */
import { expect, test } from 'vitest'
import type { LogManager } from '../../../src/log/log-manager.ts'
import { type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import { append, defaults, readAll, topicId, world } from '../support.ts'
import { everywhere, type Life } from './everywhere.ts'
import { PartitionModel } from './model.ts'
import { seedsOf } from './seeds.ts'
import { verify } from './verify.ts'

const config = { ...defaults, segmentBytes: 300, indexIntervalBytes: 90, flushMessages: 1 }
const isLogSync = ({ kind, path }: Operation) => kind === 'sync' && path.endsWith('.log')

/** Some partitions at a time get a record each, most of them while a round is under way. */
class Rounds implements Life {
  readonly models: PartitionModel[] = []
  readonly #disk = new SimDisk()
  readonly #random: SeededRandom
  #logs!: LogManager

  constructor(seed: number, observe: (disk: SimDisk, operation: Operation) => void) {
    this.#random = new SeededRandom(seed)
    this.#disk.faults = { observe: (operation) => observe(this.#disk, operation) }
    // The syncs of one round end in any order.
    this.#disk.syncing = () => ticks(this.#random.below(30))
  }

  async begin(): Promise<void> {
    const properties = { 'log.cleaner.enable': 'false', 'log.initial.task.delay.ms': '100000000' }
    this.#logs = (await world(this.#disk, { properties, config: () => config })).logs
    for (let i = 0; i < 5; i++) {
      const model = new PartitionModel(`synced-${i}`, { topicId: idOf(i), compacted: false })
      this.models.push(model)
      this.#logs.create(model.topic, 0, model.topicId, config)
      model.state = 'there'
    }
  }

  async run(steps: number): Promise<void> {
    const waiting: Promise<void>[] = []
    for (let step = 0; step < steps; step++) {
      waiting.push(this.#append(this.#random.pick(this.models)))
      if (this.#random.chance(0.6)) await ticks(this.#random.below(25))
    }
    await Promise.all(waiting)
  }

  async end(): Promise<void> {
    await this.#logs.close({ brokerEpoch: 2n })
  }

  async #append(model: PartitionModel): Promise<void> {
    const offset = BigInt(model.entries.length)
    const text = `=${this.#random.below(1_000_000)}`
    model.entries.push({ offset, text, marker: false, transactional: false })
    const { flushed } = append(this.#logs.get(model.topic, 0)!, text)
    await flushed
    // Only now a client hears of it, and from now on no crash may take it.
    model.synced = Math.max(model.synced, Number(offset) + 1)
    model.acknowledged = model.synced
  }
}

const idOf = (index: number) => Buffer.alloc(16, index + 1).toString('base64url')

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null
}

test.each(seedsOf([1, 2, 3]))(
  'no acknowledged record is lost in a round (seed %i)',
  async (seed) => {
    const live = (observe: (disk: SimDisk, operation: Operation) => void) =>
      new Rounds(seed, observe)
    const { tried } = await everywhere({ seed, steps: 60, live, verify })
    expect(tried).toBeGreaterThan(300)
  },
  120_000,
)

/** More partitions than are synced at once, a record in each; all flushes begin in one round. */
async function manyAtOnce() {
  const { disk, logs } = await world(new SimDisk(), { config: () => config })
  const all = Array.from({ length: 40 }, (_, i) => logs.create('t', i, topicId, config))
  await Promise.all(all.map((log) => append(log, 'k=first').flushed))
  return { disk, logs, all }
}

test('one round serves all who wait, and who comes meanwhile waits for the next', async () => {
  const { disk, all } = await manyAtOnce()
  const release: (() => void)[] = []
  disk.syncing = () => new Promise((resolve) => release.push(resolve))
  const done: string[] = []
  const send = (index: number, name: string) =>
    append(all[index]!, 'k=v').flushed!.then(() => void done.push(name))
  const first = [0, 1, 2].map((index) => send(index, `first ${index}`))
  await ticks(10)
  expect(release).toHaveLength(3)
  const second = [0, 3, 3, 4].map((index) => send(index, `second ${index}`))
  await ticks(10)
  expect(release).toHaveLength(3)
  release[1]!()
  release[2]!()
  await ticks(10)
  // Who is served need not wait for the others of the round.
  expect(done).toEqual(['first 1', 'first 2'])
  expect(release).toHaveLength(3)
  release[0]!()
  await Promise.all(first)
  await ticks(10)
  // Two records of one partition are one sync.
  expect(release).toHaveLength(6)
  for (const each of release) each()
  await Promise.all(second)
  expect(done).toHaveLength(7)
})

test.each(['EIO', 'ENOSPC'])(
  'one sync of a round fails (%s): the directory goes offline, none of the others begins any more, none is tried again',
  async (code) => {
    const { disk, logs, all } = await manyAtOnce()
    const begun: string[] = []
    disk.faults.refuse = (operation) => {
      if (!isLogSync(operation)) return null
      begun.push(operation.path)
      return operation.path.includes('/t-7/') ? code : null
    }
    disk.syncing = () => ticks(50)
    const settled = await Promise.allSettled(all.map((log) => append(log, 'k=second').flushed))
    expect(settled[7]).toMatchObject({ status: 'rejected' })
    expect(logs.directories()[0]!.online).toBe(false)
    const path = all[7]!.store.segments.active.log.path
    expect(begun.filter((each) => each === path)).toHaveLength(1)
    expect(new Set(begun).size).toBeLessThan(all.length)
    disk.faults = {}
    await logs.close({ brokerEpoch: 1n })
    const { logs: again } = await world(disk.afterPowerCut(new SeededRandom(1)))
    for (const [index, { status }] of settled.entries()) {
      const count = readAll(again.get('t', index)!).length
      if (status === 'fulfilled') expect(count).toBe(2)
      else expect(count).toBeGreaterThanOrEqual(1)
    }
  },
)

test('a segment that nobody waits for keeps no one from the medium', async () => {
  const { disk, all } = await manyAtOnce()
  const held: (() => void)[] = []
  disk.syncing = () => new Promise((resolve) => held.push(resolve))
  all[0]!.roll()
  await ticks(10)
  const busy = held.length
  expect(busy).toBeGreaterThan(0)
  const { flushed } = append(all[1]!, 'k=v')
  await ticks(10)
  for (const release of held.slice(busy)) release()
  await flushed
})
