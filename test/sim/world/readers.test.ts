/** Groups in the simulated world, real consumers over whole brokers. `JACKDAW_WORLDS` and `JACKDAW_SEED` play others. */
import { expect, test } from 'vitest'
import { playReadersSeed } from './readers-play.ts'

const seeds = Number(process.env.JACKDAW_WORLDS ?? 6)
const first = Number(process.env.JACKDAW_SEED ?? 1)
/** A group went from one protocol to the other, and another coordinator read of it: it had forgotten what was committed before. */
const kept = [219]

test.each([...kept, ...Array.from({ length: seeds }, (_, i) => first + i)])(
  'every record is read, from where the last one committed (seed %i)',
  async (seed) => {
    expect(await playReadersSeed(seed)).toBeNull()
  },
  240_000,
)
