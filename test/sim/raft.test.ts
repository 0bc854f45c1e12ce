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

test.each([
  {
    seed: 7043,
    why: 'a timer was set for what a rounded clock took for the same moment, for ever',
  },
  { seed: 6_003_165, why: 'nobody could be elected without the disk that was lost' },
  { seed: 6_003_273, why: 'the same' },
])('seed $seed, which once failed: $why', ({ seed }) => {
  expect(playRaftSeed(seed)).toBeNull()
})
