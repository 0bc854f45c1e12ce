import { expect, test } from 'vitest'
import { World, type WorldOptions } from './raft-world.ts'

const seeds = Number(process.env.JACKDAW_SEEDS ?? 150)
const first = Number(process.env.JACKDAW_SEED ?? 1)

const worlds: { name: string; options: Omit<WorldOptions, 'seed'> }[] = [
  { name: 'one voter', options: { voters: 1 } },
  { name: 'three voters', options: { voters: 3 } },
  { name: 'three voters and two observers', options: { voters: 3, observers: 2 } },
  { name: 'five voters in bad weather', options: { voters: 5, lossRate: 0.1, cutRate: 0.6 } },
  { name: 'crashes all the time', options: { voters: 3, crashRate: 0.9, snapshotRate: 0.6 } },
  { name: 'clocks that differ much', options: { voters: 3, clockSkew: 0.5, pauseRate: 0.4 } },
]

test.each(worlds)(
  '$name: what is committed stays, and the quorum heals',
  ({ options }) => {
    let commits = 0
    for (let seed = first; seed < first + seeds; seed++) {
      const world = new World({ seed, ...options })
      try {
        world.run(8_000)
        world.heal()
        world.run(5_000)
        let last: string | null = null
        for (let i = 0; i < 50 && last === null; i++) {
          last = world.propose()
          world.run(100)
        }
        expect(world.acknowledged, 'a healed quorum takes new entries').toContain(last)
        let tries = 0
        while (!world.settled && tries++ < 200) world.run(20)
        expect(world.settled, 'all agree in the end').toBe(true)
        // A minority may die for good.
        const dead = options.voters > 2 ? world.killLeader() : null
        if (dead !== null) {
          let late: string | null = null
          for (let i = 0; i < 40 && (late === null || !world.acknowledged.includes(late)); i++) {
            late = world.propose() ?? late
            world.run(100)
          }
          expect(world.acknowledged, 'and goes on without its leader').toContain(late)
        }
        const values = new Set(world.committed.map(({ value }) => value))
        for (const value of world.acknowledged) expect(values.has(value)).toBe(true)
      } catch (cause) {
        throw new Error(
          `seed ${seed} at ${Math.round(world.now)} ms: ${(cause as Error).message}`,
          { cause },
        )
      }
      commits += world.acknowledged.length
    }
    expect(commits).toBeGreaterThan(seeds)
  },
  300_000,
)
