/** One seed, one story, of raft cores or of whole brokers: null if all went well. */
import { World } from './raft-world.ts'

export { playSeed } from './world/play.ts'

/** A short life of a quorum in bad weather, its end, and what must be true then. */
export async function playRaftSeed(seed: number): Promise<string | null> {
  const world = new World({ seed, voters: seed % 2 === 0 ? 5 : 3, crashRate: 0.7, cutRate: 0.6 })
  try {
    world.run(8000)
    world.heal()
    world.run(5000)
    const values = new Set(world.committed.map(({ value }) => value))
    const lost = world.acknowledged.find((value) => !values.has(value))
    return lost === undefined ? null : `seed ${seed}: ${lost} is lost`
  } catch (error) {
    return `seed ${seed}: ${(error as Error).message}`
  }
}
