/**
 * The cleaner goes over transactions, and is stopped at every operation: no record of an aborted one is ever handed out as though it
 * had been committed, and none of a committed one is lost.
 */
import { expect, test } from 'vitest'
import type { Operation, SimDisk } from '../../sim/disk.ts'
import { CompactedTransactions, verifyTransactions } from './compacted-transactions.ts'
import { everywhere } from './everywhere.ts'
import { seedsOf } from './seeds.ts'

const stoppedAt = new Set<string>()

test.each(seedsOf([2, 3]))(
  'transactions in a compacted log (seed %i)',
  async (seed) => {
    const live = (observe: (disk: SimDisk, operation: Operation) => void) =>
      new CompactedTransactions(seed, observe)
    const { tried, names } = await everywhere({ seed, steps: 60, live, verify: verifyTransactions })
    expect(tried).toBeGreaterThan(400)
    for (const name of names) {
      for (const what of wanted) if (name.includes(what)) stoppedAt.add(what)
    }
  },
  120_000,
)

const wanted = ['.txnindex.cleaned', '.log.cleaned', '.txnindex.swap', '.log.swap', '.txnindex']

test('it was stopped at every step of the cleaner’s', () => {
  if (process.env.JACKDAW_CRASH_SEEDS === undefined)
    expect([...stoppedAt].sort()).toEqual(wanted.sort())
})
