/** Raft cores in a simulated world. `JACKDAW_SEEDS` says how many seeds, `JACKDAW_SEED` from which on (docs/simulation.md). */
import { expect, test } from 'vitest'
import { playRaftSeed } from './raft-play.ts'

const seeds = Number(process.env.JACKDAW_SEEDS ?? 1920)
const first = Number(process.env.JACKDAW_SEED ?? 1)

test('what is committed stays, and the quorum heals', () => {
  const faults: string[] = []
  for (let seed = first; seed < first + seeds; seed++) {
    const fault = playRaftSeed(seed)
    if (fault !== null) faults.push(fault)
  }
  expect(faults).toEqual([])
}, 600_000)

// A timer that was set for what a rounded clock took for the same moment, for ever.
test.each([7043, 6_003_165, 6_003_273])('seed %i, which once failed', (seed) => {
  expect(playRaftSeed(seed)).toBeNull()
})
