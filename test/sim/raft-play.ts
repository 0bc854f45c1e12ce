/** One seed of the simulated world of raft cores. */
import { World, type WorldOptions } from './raft-world.ts'

const kinds: readonly Omit<WorldOptions, 'seed'>[] = [
  { voters: 1, observers: 1 },
  { voters: 3 },
  { voters: 3, observers: 2 },
  { voters: 5, lossRate: 0.1, cutRate: 0.6 },
  { voters: 3, crashRate: 0.9, snapshotRate: 0.6 },
  { voters: 3, clockSkew: 0.5, pauseRate: 0.4 },
  { voters: 5, crashRate: 0.7, cutRate: 0.6 },
  { voters: 3, crashRate: 0.7, cutRate: 0.6 },
  { voters: 1, observers: 2, changeRate: 0.7 },
  { voters: 3, observers: 2, changeRate: 0.7 },
  { voters: 3, observers: 1, changeRate: 0.6, crashRate: 0.8, cutRate: 0.6, snapshotRate: 0.6 },
  { voters: 2, observers: 1, changeRate: 0.9, crashRate: 0.7, pauseRate: 0.4, clockSkew: 0.5 },
]

const troubleMs = 8000
const healMs = 10_000
const settleMs = 4000

/** Null if all went well; else what went wrong, and when. */
export function playRaftSeed(seed: number): string | null {
  const world = new World({ seed, ...kinds[seed % kinds.length]! })
  try {
    live(world)
    return null
  } catch (error) {
    return `seed ${seed} at ${Math.round(world.now)} ms: ${(error as Error).message}`
  }
}

/** A life in bad weather, its end, and what must be true then. */
function live(world: World): void {
  world.run(troubleMs)
  world.heal()
  if (!takesMore(world)) throw new Error('a healed quorum takes no new entries')
  if (!becomes(() => world.settled, { world, withinMs: settleMs, everyMs: 20 }))
    throw new Error('not all agree in the end')
  // A minority may die for good.
  if (world.canLoseLeader && world.killLeader() !== null && !takesMore(world))
    throw new Error('the quorum does not go on without its leader')
  const values = new Set(world.committed.map(({ value }) => value))
  const lost = world.acknowledged.find((value) => !values.has(value))
  if (lost !== undefined) throw new Error(`${lost} was acknowledged and is lost`)
}

/** Something that is proposed from now on is acknowledged. */
function takesMore(world: World): boolean {
  const { proposals } = world
  const already = world.acknowledged.length
  const isTaken = () =>
    world.acknowledged.slice(already).some((value) => Number(value.slice(1)) > proposals)
  return becomes(isTaken, { world, withinMs: healMs, everyMs: 100 })
}

function becomes(
  condition: () => boolean,
  { world, withinMs, everyMs }: { world: World; withinMs: number; everyMs: number },
): boolean {
  const until = world.now + withinMs
  while (!condition()) {
    if (world.now >= until) return false
    world.run(everyMs)
  }
  return true
}
