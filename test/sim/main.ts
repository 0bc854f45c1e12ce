/**
 * `npm run simulate -- --seeds N --first S`: so many worlds, `--workers` at once; `--raft`: of raft cores alone, `--groups`: of a
 * group's core, `--readers`: of whole brokers from which a group reads.
 */
import { parseArgs } from 'node:util'
import { bugs } from './bugs.ts'
import { playAll } from './crew.ts'
import { hunt } from './plant.ts'

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '100' },
      first: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      raft: { type: 'boolean', default: false },
      groups: { type: 'boolean', default: false },
      readers: { type: 'boolean', default: false },
      bugs: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  })
  if (values.bugs) return huntAll(Number(values.seeds), values.only)
  const seeds = Number(values.seeds)
  const sim = (['raft', 'groups', 'readers'] as const).find((each) => values[each]) ?? 'brokers'
  let failed = 0
  const began = performance.now()
  await playAll(
    { first: Number(values.first), seeds, workers: Number(values.workers), sim },
    (fault) => {
      failed++
      console.log(fault)
    },
  )
  const seconds = (performance.now() - began) / 1000
  console.log(`${seeds} seeds, ${failed} failed, ${seconds.toFixed(1)} s`)
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
