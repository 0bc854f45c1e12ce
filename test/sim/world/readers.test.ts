/** Groups in the simulated world, real consumers over whole brokers. `JACKDAW_WORLDS` and `JACKDAW_SEED` play others. */
import { expect, test } from 'vitest'
import { playReadersSeed } from './readers-play.ts'

const seeds = Number(process.env.JACKDAW_WORLDS ?? 6)
const first = Number(process.env.JACKDAW_SEED ?? 1)
const fresh = Array.from({ length: seeds }, (_, i) => ({ seed: first + i, why: 'a new one' }))

test.each([
  {
    seed: 45,
    why: 'another coordinator read how a group went from one protocol to the other, and forgot what was committed before',
  },
  {
    seed: 148,
    why: 'a leader changed before the broker was reached: a follower that had lost its log was asked as the leader, and all was read again',
  },
  { seed: 396, why: 'the same, of the consumer protocol' },
  {
    seed: 250,
    why: 'a leader changed before the broker was reached, since voters stand one after the other',
  },
  { seed: 6164, why: 'two were about to stop when the third one lost its records' },
  {
    seed: 11025,
    why: 'another one coordinated the group just when it had gone to the classic protocol',
  },
  ...fresh,
])(
  'every record is read, from where the last one committed (seed $seed: $why)',
  async ({ seed }) => {
    expect(await playReadersSeed(seed)).toBeNull()
  },
  240_000,
)
