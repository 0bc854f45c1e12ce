/** What a follower and the metadata quorum do to their logs, stopped at every single operation. Seeds as in `crash.test.ts`. */
import { expect, test } from 'vitest'
import { everywhere } from './everywhere.ts'
import { FollowerLife } from './follower.ts'
import { MetadataLife, verifyMetadata } from './metadata.ts'
import { seedsOf } from './seeds.ts'
import { verify } from './verify.ts'

test.each(seedsOf([2, 8, 14, 18, 28, 36, 42]))(
  'what a follower cuts off stays away, and what it keeps stays (seed %i)',
  async (seed) => {
    const live = { seed, steps: 60, verify }
    const { tried, names } = await everywhere({
      ...live,
      live: (observe) => new FollowerLife(seed, observe),
    })
    expect(tried).toBeGreaterThan(300)
    expect(names.some((name) => /truncate .*\.log$/.test(name))).toBe(true)
  },
  120_000,
)

test.each(seedsOf([8, 18, 27, 28]))(
  'the metadata is what its snapshots and its log say (seed %i)',
  async (seed) => {
    const { tried, names } = await everywhere({
      ...{ seed, steps: 80, verify: verifyMetadata },
      live: (observe) => new MetadataLife(seed, observe),
    })
    expect(tried).toBeGreaterThan(300)
    // A seed that somebody asks for may do without a snapshot of a leader.
    const wanted =
      process.env.JACKDAW_CRASH_SEEDS === undefined ? /rename .*\.part$/ : /\.checkpoint/
    expect(names.some((name) => wanted.test(name))).toBe(true)
  },
  120_000,
)
