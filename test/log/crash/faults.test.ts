/**
 * The disk refuses an operation: an error of the medium, in the middle of a write or before it; or it is full for a while. A write
 * that failed is never acknowledged, and what was acknowledged stays: to be read at once where the log lives on, and after the next start.
 */
import { expect, test } from 'vitest'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'
import { type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import { append, batch, readAll, topicId, world } from '../support.ts'
import { verify } from './verify.ts'
import { configOf, Workload } from './workload.ts'

const steps = 40

/** Everything that takes room: what only frees or renames succeeds on a full disk. */
const growing = new Set<Operation['kind']>(['write', 'create', 'folder'])

interface Fault {
  /** Counted over all operations of the workload, reads too. */
  readonly at: number
  readonly length: number
  readonly code: string
}

/** The workload's life with this fault in it, from when it has begun. */
async function live(seed: number, { at, length, code }: Fault): Promise<Workload> {
  let counted = Number.NEGATIVE_INFINITY
  const refuse = ({ kind }: Operation) => {
    const index = counted++
    if (index < at || index >= at + length) return null
    return code.startsWith('EIO') || growing.has(kind) ? code : null
  }
  const workload = new Workload(seed, { refuse })
  // A fault before there is a log at all is another matter.
  await workload.begin()
  counted = 0
  await workload.run(steps)
  return workload
}

async function operationsOf(seed: number): Promise<number> {
  let counted = 0
  const workload = new Workload(seed, {
    refuse: () => {
      counted++
      return null
    },
  })
  await workload.begin()
  counted = 0
  await workload.run(steps)
  return counted
}

/** The seed's life again and again, with a fault at another place each. */
async function* lives(
  seed: number,
  { count, codes, length }: { count: number; codes: readonly string[]; length: number },
): AsyncGenerator<{ workload: Workload; name: string }> {
  const chance = new SeededRandom(seed)
  const operations = await operationsOf(seed)
  for (let index = 0; index < count; index++) {
    const fault = { at: chance.below(operations), length, code: codes[index % codes.length]! }
    const name = `seed ${seed}, ${fault.code} at ${fault.at}`
    yield { name, workload: await named(name, () => live(seed, fault)) }
  }
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).stack}`, { cause })
  }
}

const promisesOf = ({ models }: Workload) => models.map((model) => model.promise())

test.each([1, 2, 3])(
  'an error of the medium: the directory goes offline, and all comes back (seed %i)',
  async (seed) => {
    let offline = 0
    const codes = ['EIO', 'EIO:torn']
    for await (const { name, workload } of lives(seed, { count: 100, codes, length: 1 })) {
      await named(name, async () => {
        if (workload.running && !workload.online) {
          offline++
          for (const log of workload.logs.all()) checkRefusing(log)
        }
        const promises = promisesOf(workload)
        const chance = new SeededRandom(seed)
        const cut = workload.disk.afterPowerCut(chance)
        await verify(workload.disk.afterKill(), 'kill', promises)
        await verify(cut, 'power', promises)
        workload.heal()
        await workload.end()
        await verify(workload.disk.afterKill(), 'kill', promises)
      })
    }
    expect(offline).toBeGreaterThan(50)
  },
  120_000,
)

test.each([4, 5, 6])(
  'a full disk: what is refused leaves nothing behind, and with room again all goes on (seed %i)',
  async (seed) => {
    let survived = 0
    const chance = new SeededRandom(seed)
    const codes = ['ENOSPC', 'ENOSPC:torn']
    for await (const { name, workload } of lives(seed, { count: 60, codes, length: 25 })) {
      await named(name, async () => {
        workload.heal()
        if (workload.online) {
          survived++
          checkReadable(workload)
          await workload.run(chance.pick([0, 0, 20]))
          expect(workload.online).toBe(true)
        }
        await workload.end()
        await verify(workload.disk.afterKill(), 'kill', promisesOf(workload))
        await verify(
          workload.disk.afterPowerCut(new SeededRandom(seed)),
          'power',
          promisesOf(workload),
        )
      })
    }
    expect(survived).toBeGreaterThan(30)
  },
  120_000,
)

/** Neither written nor read: who asks is told that the storage failed. */
function checkRefusing(log: PartitionLog): void {
  const bytes = batch({ records: ['=late'] })
  const appended = log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'client', now: 0 })
  expect(appended).toMatchObject({ ok: false, error: 'KAFKA_STORAGE_ERROR' })
  const options = { bytesMax: 1, upTo: log.logEndOffset, atLeastOneBatch: true }
  expect(() => log.read(0n, options)).toThrow(/failed|closed/)
}

/** What was acknowledged can be read while the broker runs on, and nothing else is there. */
function checkReadable({ models, logs }: Workload): void {
  for (const model of models) {
    if (model.state !== 'there') continue
    const log = logs.get(model.topic, 0, model.topicId)!
    expect(log.logEndOffset).toBe(BigInt(model.acknowledged))
    expect(readAll(log).length > 0).toBe(log.logStartOffset < log.logEndOffset)
  }
}

test('the cleaner finds no room, and compacts when there is some', async () => {
  const config = configOf('keyed')
  const { disk, logs, clock } = await world(new SimDisk(), { config: () => config })
  const log = logs.create('keyed', 0, topicId, config)
  for (let i = 0; i < 40; i++) append(log, `k=${i}`)
  log.advanceHighWatermark(log.logEndOffset)
  const before = log.sizeBytes
  const someRounds = async () => {
    for (let round = 0; round < 20; round++) {
      clock.advance(15_000)
      for (let turn = 0; turn < 50; turn++) await null
    }
  }
  let refused = 0
  disk.faults.refuse = ({ kind, path }) => {
    if (!growing.has(kind) || !path.endsWith('.cleaned')) return null
    refused++
    return 'ENOSPC'
  }
  await someRounds()
  expect(refused).toBeGreaterThan(1)
  expect(log.offline).toBe(false)
  expect(log.sizeBytes).toBe(before)
  disk.faults = {}
  await someRounds()
  expect(log.sizeBytes).toBeLessThan(before / 2)
  expect(readAll(log).length).toBeGreaterThan(0)
  await logs.close({ brokerEpoch: 1n })
})

test.each(['EIO', 'ENOSPC'])(
  'a flush that fails (%s) is never tried again: who waits is refused, and the directory goes offline',
  async (code) => {
    const { disk, logs } = await world(new SimDisk())
    const log = logs.create('t', 0, topicId, { ...configOf('t'), flushMessages: 1 })
    await append(log, 'k=1').flushed
    disk.faults.refuse = ({ kind, path }) =>
      kind === 'sync' && path.endsWith('.log') ? code : null
    const { flushed } = append(log, 'k=2')
    await expect(flushed).rejects.toThrow(code)
    disk.faults = {}
    await expect(log.flush()).rejects.toThrow(KafkaError)
    expect(logs.directories()[0]!.online).toBe(false)
    checkRefusing(log)
    await logs.close({ brokerEpoch: 1n })
    expect(disk.stat('/data/.kafka_cleanshutdown')).toBeNull()
    const { logs: again } = await world(disk.afterPowerCut(new SeededRandom(1)))
    expect(readAll(again.get('t', 0)!)).toHaveLength(1)
  },
)
