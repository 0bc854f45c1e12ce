import { expect, test } from 'vitest'
import { rebalanceTimeoutMs, sessionTimeoutMs, World, type WorldOptions } from './groups-world.ts'

const seeds = Number(process.env.JACKDAW_SEEDS ?? 12)
const first = Number(process.env.JACKDAW_SEED ?? 1)

const worlds: { name: string; options: Omit<WorldOptions, 'seed'> }[] = [
  { name: 'five members of the classic protocol', options: { classic: 5 } },
  { name: 'five members of the consumer protocol', options: { consumer: 5 } },
  { name: 'static members, classic', options: { classic: 4, fixed: 3, crashes: 0.4 } },
  { name: 'static members, consumer', options: { consumer: 4, fixed: 3, crashes: 0.4 } },
  { name: 'a coordinator that moves all the time, classic', options: { classic: 4, failovers: 1 } },
  {
    name: 'a coordinator that moves all the time, consumer',
    options: { consumer: 4, failovers: 1 },
  },
  {
    name: 'members that are slow and a network that is bad, classic',
    options: { classic: 5, pauses: 1, lossRate: 0.1 },
  },
  {
    name: 'members that are slow and a network that is bad, consumer',
    options: { consumer: 5, pauses: 1, lossRate: 0.1 },
  },
  {
    name: 'members of both protocols',
    options: { classic: 2, consumer: 1, crashes: 0.6, swaps: true },
  },
  {
    name: 'three members, two of them static, that change their protocol all the time',
    options: { classic: 2, consumer: 1, fixed: 2, crashes: 0.8, swaps: true },
  },
  {
    name: 'members that cooperate, classic',
    options: { classic: 4, crashes: 0.3, cooperative: true },
  },
  {
    name: 'members that cooperate and change their protocol all the time',
    options: { classic: 2, consumer: 1, crashes: 0.6, swaps: true, cooperative: true },
  },
]

/** Long enough for the dead to be noticed, twice, and for two rounds after that. */
const settleMs = 2 * (sessionTimeoutMs + rebalanceTimeoutMs) + 5000

test.each(worlds)(
  '$name: nothing is read by two, no commit is lost, and the group settles',
  ({ options }) => {
    const total = { commits: 0, refusals: 0, rebalances: 0, upgrades: 0, downgrades: 0 }
    for (let seed = first; seed < first + seeds; seed++) {
      const world = new World({ seed, ...options })
      try {
        world.run(20_000)
        world.heal()
        world.run(settleMs)
        expect(world.settled, 'the group settles').toBe(true)
        world.run(3000)
        expect(world.settled, 'and stays as it is').toBe(true)
        // What everybody knows is what is written.
        world.failover()
        world.run(2 * sessionTimeoutMs)
        expect(world.settled, 'also over a move of the coordinator').toBe(true)
      } catch (cause) {
        throw new Error(
          `seed ${seed} at ${world.now - 1_000_000} ms: ${(cause as Error).message}`,
          {
            cause,
          },
        )
      }
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
