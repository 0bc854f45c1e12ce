/**
 * Whole brokers and real clients in a simulated world. `JACKDAW_WORLDS` says how many seeds, `JACKDAW_SEED` from which on; by
 * hand `npm run simulate` plays as many as one likes (docs/simulation.md).
 */
import { expect, test } from 'vitest'
import { optionsOf, playSeed } from './play.ts'
import { ClusterWorld } from './world.ts'

const seeds = Number(process.env.JACKDAW_WORLDS ?? 80)
const first = Number(process.env.JACKDAW_SEED ?? 1)

test('whatever happens to them, brokers keep what they acknowledge, and heal', async () => {
  const faults: string[] = []
  for (let seed = first; seed < first + seeds; seed++) {
    const fault = await playSeed(seed)
    if (fault !== null) faults.push(fault)
  }
  expect(faults).toEqual([])
}, 600_000)

// Worlds that went wrong once, as they are now.
test.each([
  {
    seed: 1_000_309,
    why: 'the first segment of a log was lost with the power, and replicas followed',
  },
  { seed: 1_001_258, why: 'a configuration was told and lost' },
  { seed: 1_001_536, why: 'a broker took a batch twice that was sent again when six had come' },
  { seed: 1_001_776, why: 'the same' },
  { seed: 1_004_506, why: "an old topic's records were taken for those of a new one of its name" },
  { seed: 1_005_573, why: 'the leader moved, and a batch was forgotten before it was sent again' },
  { seed: 1_006_878, why: 'nobody could lead after min.insync.replicas changed' },
  { seed: 1_008_885, why: 'a controller of an earlier epoch was asked whether a broker is empty' },
  {
    seed: 4_002_768,
    why: 'a checkpoint of a deleted topic made records of a new one of its name pass for safe',
  },
  { seed: 3_008_868, why: 'all but the one that had lost its records went out of sync' },
  { seed: 4_005_613, why: 'the last leader of a partition was noted as -1, and nobody could lead' },
  { seed: 2_003_298, why: 'a snapshot came in the place of a log that ended where it did' },
  { seed: 6_013_255, why: 'a power cut brought back what had been put aside as stray' },
  { seed: 7_029_468, why: 'a replica that was moved away came back empty, and led' },
  { seed: 8_035_865, why: 'the same, and nobody could lead' },
  { seed: 8_030_785, why: 'records were taken for those of an epoch in which nothing was written' },
  { seed: 7_031_383, why: 'the same' },
  { seed: 8_013_388, why: 'the controller took in a move that had been given up' },
  {
    seed: 9_020_065,
    why: 'a power cut brought back what had been put aside, beside the copy that took its place',
  },
  { seed: 9_024_495, why: 'the disk of the one in sync last was empty, and nobody might lead' },
])(
  'seed $seed: $why',
  async ({ seed }) => {
    expect(await playSeed(seed)).toBeNull()
  },
  120_000,
)

// The second one is operated.
test.each([first, first + 5])(
  'seed %i is one history',
  async (seed) => {
    const play = async () => {
      const world = new ClusterWorld(optionsOf(seed))
      await world.play()
      const { time, client, history, trouble, operator } = world
      return {
        now: time.now,
        steps: time.steps,
        acknowledged: [...client.acknowledged],
        checks: history.checks,
        leaderships: history.leaderships,
        trouble: [...trouble.happened],
        acts: [...operator.happened],
        told: operator.told,
      }
    }
    const once = await play()
    expect(await play()).toEqual(once)
    expect(once.acknowledged.length).toBeGreaterThan(100)
    // The seed has to see more than its first election and one after it.
    expect(once.leaderships).toBeGreaterThan(2)
  },
  120_000,
)
