/** One seed of a group's life, in each of these worlds. */
import { rebalanceTimeoutMs, sessionTimeoutMs, World, type WorldOptions } from './groups-world.ts'

export const worlds: { name: string; options: Omit<WorldOptions, 'seed'> }[] = [
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

/** Plays until everything has settled and the coordinator has moved once more; throws what does not hold. */
export function playWorld(world: World): void {
  try {
    world.run(20_000)
    world.heal()
    world.run(settleMs)
    ensure(world.settled, 'the group does not settle')
    ensure(world.ghosts.length === 0, `nobody is behind the members ${world.ghosts}`)
    world.run(3000)
    ensure(world.settled, 'the group does not stay as it is')
    // Nobody comes in its place: only its silence says that it is gone.
    world.loseOne()
    world.run(2 * sessionTimeoutMs + rebalanceTimeoutMs)
    ensure(world.settled, 'the group does not settle without one of its members')
    ensure(world.ghosts.length === 0, `nobody is behind the members ${world.ghosts}`)
    // Nobody waits for one that does not give back.
    world.stickOne()
    world.run(settleMs)
    ensure(world.settled, 'the group waits for a member that does not give back')
    ensure(world.ghosts.length === 0, `nobody is behind the members ${world.ghosts}`)
    // What everybody knows is what is written.
    world.failover()
    world.run(2 * sessionTimeoutMs)
    ensure(world.settled, 'the group does not outlast a move of the coordinator')
  } catch (cause) {
    const at = `seed ${world.options.seed} at ${world.now - 1_000_000} ms`
    throw new Error(`${at}: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Back to the classic protocol at the worst moment: the last member of the other one hangs, somebody waits for what it has, and its
 * instance comes back as one of the classic protocol.
 */
export function playTurnBack(seed: number): void {
  const world = new World({ seed, classic: 2, consumer: 1, fixed: 3 })
  try {
    world.heal()
    world.run(settleMs)
    ensure(world.settled, 'the group does not settle')
    const last = world.live.find(({ kind }) => kind === 'consumer')!
    last.isStuck = true
    // Of as many as there are partitions each is to have one.
    while (world.live.length < world.partitions().length) world.enter('classic', null)
    world.run(world.random.below(rebalanceTimeoutMs))
    last.crash()
    world.enter('classic', last.instanceId)
    world.run(settleMs)
    ensure(world.downgrades > 0, 'the group does not go back to the classic protocol')
    ensure(world.settled, 'the group does not settle when it has gone back to the classic protocol')
  } catch (cause) {
    throw new Error(`seed ${seed}: ${(cause as Error).message}`, { cause })
  }
}

function ensure(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault)
}

/** What does not hold in one of the worlds; null where all is well. */
export async function playGroupsSeed(seed: number): Promise<string | null> {
  for (const { name, options } of worlds) {
    try {
      playWorld(new World({ seed, ...options }))
    } catch (error) {
      return `${name}: ${(error as Error).message}`
    }
  }
  try {
    playTurnBack(seed)
  } catch (error) {
    return `back to the classic protocol: ${(error as Error).message}`
  }
  return null
}
