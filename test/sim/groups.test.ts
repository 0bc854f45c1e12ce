import { expect, test } from 'vitest'
import { playTurnBack, playWorld, worlds } from './groups-play.ts'
import { World } from './groups-world.ts'

const seeds = Number(process.env.JACKDAW_SEEDS ?? 12)
const first = Number(process.env.JACKDAW_SEED ?? 1)

test.each(worlds)(
  '$name: nothing is read by two, no commit is lost, and the group settles',
  ({ options }) => {
    const total = { commits: 0, refusals: 0, rebalances: 0, upgrades: 0, downgrades: 0 }
    for (let seed = first; seed < first + seeds; seed++) {
      const world = new World({ seed, ...options })
      playWorld(world)
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += world[key]
    }
    // The world was lively, or nothing was shown.
    expect(total.commits).toBeGreaterThan(seeds * 20)
    expect(total.rebalances).toBeGreaterThan(seeds * 2)
    if (options.swaps) {
      expect(total.upgrades).toBeGreaterThan(seeds / 2)
      expect(total.downgrades).toBeGreaterThan(seeds / 2)
    }
  },
  300_000,
)

test('back to the classic protocol while somebody waits for a partition of one that hangs', () => {
  for (let seed = first; seed < first + seeds; seed++) playTurnBack(seed)
})
