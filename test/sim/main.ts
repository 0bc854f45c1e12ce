/** `npm run simulate -- --seeds N --first S`: so many worlds, one after the other; `--raft`: of raft cores alone. */
import { parseArgs } from 'node:util'
import { bugs } from './bugs.ts'
import { hunt } from './plant.ts'
import { playRaftSeed } from './raft-play.ts'
import { playSeed } from './world/play.ts'

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '100' },
      first: { type: 'string', default: '1' },
      raft: { type: 'boolean', default: false },
      bugs: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  })
  if (values.bugs) return huntAll(Number(values.seeds), values.only)
  const first = Number(values.first)
  const end = first + Number(values.seeds)
  let failed = 0
  const began = performance.now()
  for (let seed = first; seed < end; seed++) {
    const fault = await (values.raft ? playRaftSeed(seed) : playSeed(seed))
    if (fault === null) continue
    failed++
    console.log(fault)
  }
  const seconds = (performance.now() - began) / 1000
  console.log(`${end - first} seeds, ${failed} failed, ${seconds.toFixed(1)} s`)
  return failed === 0 ? 0 : 1
}

/** Every planted bug, and the seed that finds it. */
async function huntAll(seeds: number, only: string): Promise<number> {
  let missed = 0
  for (const bug of bugs.filter(({ name }) => name.includes(only))) {
    const found = await hunt(bug, seeds)
    if (found === null) missed++
    console.log(`${bug.name} (${bug.file}): ${found?.what ?? `not found by ${seeds} seeds`}`)
  }
  return missed === 0 ? 0 : 1
}
