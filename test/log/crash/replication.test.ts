/** What a follower and the metadata quorum do to their logs, stopped at every single operation. Seeds as in `crash.test.ts`. */
import { expect, test } from 'vitest'
import { everywhere } from './everywhere.ts'
import { FollowerLife } from './follower.ts'
import { seedsOf } from './seeds.ts'
import { verify } from './verify.ts'

test.each(seedsOf([2, 8, 14, 18, 28, 36]))(
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
