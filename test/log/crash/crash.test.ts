/**
 * The log over a simulated disk, stopped at every single operation: killed, with the write under way torn; and by a power cut that
 * keeps what was synced and any part of the rest. Whatever was promised has to be there. Some of the recoveries are stopped in
 * their turn, at every operation.
 *
 * A seed that failed is called again with `JACKDAW_CRASH_SEEDS=17`, or `1-500` for a long run.
 */
import { expect, test } from 'vitest'
import { everywhere } from './everywhere.ts'
import { seedsOf } from './seeds.ts'
import { verify } from './verify.ts'
import { Workload } from './workload.ts'

async function crashEverywhere(seed: number): Promise<number> {
  const { tried, names } = await everywhere({
    seed,
    steps: 80,
    live: (observe) => new Workload(seed, { observe }),
    verify,
  })
  for (const name of names) {
    for (const [what, pattern] of Object.entries(wanted)) if (pattern.test(name)) stopped.add(what)
  }
  return tried
}

/** Where it has to be stopped at least; else the workload has become too tame. */
const wanted = {
  'an append': /write .*plain-0\/\d+\.log$/,
  'a roll': /create .*\d+\.log$/,
  'a roll’s indexes': /write .*\d+\.timeindex$/,
  'a producer snapshot': /write .*\.snapshot$/,
  'an aborted transaction': /write .*\.txnindex$/,
  'a flush': /sync .*\d+\.log$/,
  'a folder’s flush': /syncFolder \/data\/plain-0$/,
  retention: /rename \/data\/plain-0\/\d+\.log$/,
  'a removal': /remove .*\.log\.deleted$/,
  compaction: /write .*\.log\.cleaned$/,
  'the first step of a swap': /rename .*\.log\.cleaned$/,
  'the last step of a swap': /rename .*\.log\.swap$/,
  'a recovery point': /rename .*\/recovery-point-offset-checkpoint\.tmp$/,
  'a log start': /rename .*\/log-start-offset-checkpoint\.tmp$/,
  'a leader epoch': /rename .*\/leader-epoch-checkpoint\.tmp$/,
  'a creation': /folder \/data\/doomed/,
  'a deletion': /rename \/data\/doomed-\d+-0$/,
  'the removal of a topic': /remove .*-delete\b/,
  'a clean stop': /rename .*\.kafka_cleanshutdown\.tmp$/,
  'a cut by recovery': /truncate .*\d+\.log$/,
}
const stopped = new Set<string>()

let tried = 0
// Those that found something once come first.
test.each(seedsOf([2, 3, 6, 7, 10, 48, 70, 71, 1003, 1096]))(
  'nothing promised is lost (seed %i)',
  async (seed) => {
    tried += await crashEverywhere(seed)
  },
  120_000,
)

test('at least 10,000 crash points were tried, of every kind', () => {
  if (process.env.JACKDAW_CRASH_SEEDS !== undefined) {
    process.stdout.write(`${tried} crash points\n`)
    return
  }
  expect(tried).toBeGreaterThanOrEqual(10_000)
  expect([...stopped].sort()).toEqual(Object.keys(wanted).sort())
})
