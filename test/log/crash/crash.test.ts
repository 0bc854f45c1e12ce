/**
 * The log over a simulated disk, stopped at every single operation: killed, with the write under way torn; and by a power cut that
 * keeps what was synced and any part of the rest. Whatever was promised has to be there. Some of the recoveries are stopped in
 * their turn, at every operation.
 *
 * A seed that failed is called again with `JACKDAW_CRASH_SEEDS=17`, or `1-500` for a long run.
 */
import { expect, test } from 'vitest'
import { SeededRandom } from '../../sim/random.ts'
import { type Crash, crashPoints, type Point, verify } from './verify.ts'
import { Workload } from './workload.ts'

const steps = 80
/** One recovery in so many is stopped in its turn. */
const nested = 400

/** Every operation of the workload's life, with a kill and a power cut each. */
async function pointsOf(seed: number): Promise<Point[]> {
  const points: Point[] = []
  const chance = new SeededRandom(seed + 1_000_000)
  const workload = new Workload(seed, {
    observe(disk, operation) {
      const promises = workload.models.map((model) => model.promise())
      points.push(...crashPoints(disk, operation, { promises, chance, after: `seed ${seed}` }))
    },
  })
  await workload.begin()
  await workload.run(steps)
  await workload.end()
  return points
}

async function crashEverywhere(seed: number): Promise<number> {
  const points = await pointsOf(seed)
  for (const { name } of points) {
    for (const [what, pattern] of Object.entries(wanted)) if (pattern.test(name)) stopped.add(what)
  }
  const chance = new SeededRandom(seed + 2_000_000)
  let tried = 0
  for (const point of points) {
    const again: Point[] = []
    if (chance.below(nested) === 0) stopRecovery(point, chance, again)
    await check(point)
    for (const each of again) await check(each)
    tried += 1 + again.length
  }
  return tried
}

/** Collects what crashes of the recovery leave. What a power cut spared by chance is not promised, even if it is killed next. */
function stopRecovery({ name, crash, disk, promises }: Point, chance: SeededRandom, into: Point[]) {
  const worst = (second: Crash): Crash => (crash === 'power' ? crash : second)
  disk.faults.observe = (operation) => {
    for (const each of crashPoints(disk, operation, { promises, chance, after: name })) {
      into.push({ ...each, crash: worst(each.crash) })
    }
  }
}

async function check({ name, crash, disk, promises }: Point): Promise<void> {
  try {
    await verify(disk, crash, promises)
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause })
  }
}

/** Those that found something once come first. */
function seeds(): number[] {
  const [first, last = first] = (process.env.JACKDAW_CRASH_SEEDS ?? '').split('-').map(Number)
  if (!first) return [2, 3, 6, 7, 10, 48, 70, 71]
  return Array.from({ length: last! - first + 1 }, (_, index) => first + index)
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
test.each(seeds())(
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
