/** `npm run simulate -- --seeds N --first S`: so many worlds, one after the other. */
import { parseArgs } from 'node:util'
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
  return { seed, troubleMs: 8000, ...kinds[seed % kinds.length]! }
}

/** Null if all went well; else what went wrong, and when. */
export async function playSeed(seed: number): Promise<string | null> {
  const world = new ClusterWorld(optionsOf(seed))
  try {
    await world.play()
    return null
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return `seed ${seed} at ${Math.round(world.time.now)} ms: ${text}`
  }
}

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '100' },
      first: { type: 'string', default: '1' },
    },
  })
  const first = Number(values.first)
  const end = first + Number(values.seeds)
  let failed = 0
  const began = performance.now()
  for (let seed = first; seed < end; seed++) {
    const fault = await playSeed(seed)
    if (fault === null) continue
    failed++
    console.log(fault)
  }
  const seconds = (performance.now() - began) / 1000
  console.log(`${end - first} seeds, ${failed} failed, ${seconds.toFixed(1)} s`)
  return failed === 0 ? 0 : 1
}
