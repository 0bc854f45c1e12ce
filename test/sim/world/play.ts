/** One seed of the simulated world of brokers. */
import { ClusterWorld, type WorldOptions } from './world.ts'

/** Worlds of several kinds, by their seed. */
export function optionsOf(seed: number): WorldOptions {
  const kinds = [
    { voters: 3, others: 0 },
    { voters: 3, others: 0 },
    { voters: 3, others: 1 },
    { voters: 1, others: 2 },
    { voters: 5, others: 0 },
  ]
  // Every other of each kind has somebody who changes the cluster.
  const isOperated = seed % (2 * kinds.length) >= kinds.length
  // And some of these have two log directories on each broker.
  const directories = seed % 30 >= 25 ? 2 : 1
  return { seed, troubleMs: 8000, isOperated, directories, ...kinds[seed % kinds.length]! }
}

/** Null if all went well; else what went wrong, and when. */
export function playSeed(seed: number): Promise<string | null> {
  const world = new ClusterWorld(optionsOf(seed))
  return faultOf(seed, world, world.play())
}

/** Of a story that is being played: null if all goes well; else what goes wrong, and when. */
export async function faultOf(
  seed: number,
  { time }: ClusterWorld,
  story: Promise<void>,
): Promise<string | null> {
  try {
    await story
    return null
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return `seed ${seed} at ${Math.round(time.now)} ms: ${text}`
  }
}
