/**
 * Transactions in the simulated world: coordinators and leaders die, answers get lost, several producers have one transactional id,
 * some take too long. A transaction is there whole or not at all, what was answered holds, and nothing stays open for ever.
 */
import { expect, test } from 'vitest'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { isControl, producerIdOf } from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { batchesOf } from './history.ts'
import { LedgerWorld, soonMs } from './ledger-world.ts'
import { partitions, topic } from './topics.ts'
import { Transactor, transactionTimeoutMs } from './transactor.ts'

const seeds = Number(process.env.JACKDAW_WORLDS ?? 8)
const first = Number(process.env.JACKDAW_SEED ?? 1)

async function play(seed: number) {
  const world = new LedgerWorld({ seed, voters: 3, others: seed % 2, troubleMs: 0 })
  const { brokers, time, net, random, trouble } = world
  await world.prepare(partitions)
  const ids = brokers.map(({ id }) => id)
  const transactors = ['a', 'b', 'c', 'd'].map(
    (name, index) =>
      new Transactor({
        name,
        // The first two fence each other all the time, the others have an id of their own.
        transactionalId: index < 2 ? 'shared' : name,
        raises: (index + seed) % 2 === 0,
        brokers: ids,
        time,
        net,
        random,
      }),
  )
  let failure: unknown = null
  for (const each of transactors) {
    each.run().catch((error) => {
      failure = error
    })
  }
  await world.until(soonMs, 'something is committed', () =>
    transactors.some(({ committed }) => committed.size > 0),
  )
  trouble.begin()
  await world.run(8000)
  trouble.end()
  const before = transactors.map(({ committed }) => committed.size)
  await world.until(soonMs, 'all go on', () =>
    transactors.every(({ committed }, i) => i < 2 || committed.size > before[i]!),
  )
  for (const each of transactors) each.isOver = true
  await world.until(soonMs, 'all have ended', () => transactors.every(({ isIdle }) => isIdle))
  // Whoever gave up in the middle of one leaves it to its timeout.
  await world.run(transactionTimeoutMs)
  await world.until(soonMs, 'nothing is open any more', () => isStable(world))
  expect(failure).toBeNull()
  const found = Array.from({ length: partitions }, (_, partition) =>
    committedIn(world.leading(topic, partition)!),
  )
  return { world, transactors, found }
}

function isStable(world: LedgerWorld): boolean {
  if (!world.inSync()) return false
  const names = [...world.brokers[0]!.node!.image.topicsByName.values()]
  return names.every(({ name, partitions: all }) =>
    all.every((_, partition) => {
      const log = world.leading(name, partition)
      return log !== null && log.lastStableOffset === log.logEndOffset
    }),
  )
}

/** What a reader of committed records sees; and no two transactions may share one marker. */
function committedIn(log: PartitionLog): string[] {
  const open = new Map<bigint, string[]>()
  const committed: string[] = []
  for (const batch of batchesOf(log, 0n, log.logEndOffset)) {
    const producerId = producerIdOf(batch)
    const values = open.get(producerId) ?? []
    open.set(producerId, values)
    if (!isControl(batch)) {
      for (const { value } of records(batch)) values.push(Buffer.from(value!).toString())
      continue
    }
    if (new Set(values).size > 1) throw new Error(`${values} end together in ${log.name}`)
    const [marker] = records(batch)
    if (Buffer.from(marker!.key!).readInt16BE(2) === 1) committed.push(...values)
    open.delete(producerId)
  }
  return committed
}

test.each(Array.from({ length: seeds }, (_, i) => first + i))(
  'transactions are whole, and end (seed %i)',
  async (seed) => {
    const { transactors, found } = await play(seed)
    const [one = [], ...others] = found
    for (const each of found) expect(new Set(each).size).toBe(each.length)
    for (const other of others) expect(other.toSorted()).toEqual(one.toSorted())
    const seen = new Set(one)
    for (const { committed, aborted } of transactors) {
      expect([...committed].filter((value) => !seen.has(value))).toEqual([])
      expect([...aborted].filter((value) => seen.has(value))).toEqual([])
    }
    expect(transactors.reduce((sum, { committed }) => sum + committed.size, 0)).toBeGreaterThan(10)
  },
  240_000,
)
