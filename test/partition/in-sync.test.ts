import { describe, expect, test } from 'vitest'
import { laggards, returners } from '../../src/partition/in-sync.ts'
import { type Follower, newPartition, type Partition } from '../../src/partition/partition.ts'
import { caughtUp } from './follower.ts'

/** Broker 1 leads since offset 8 of its log, which ends at 10; what lies before 6 is acknowledged. */
function led(inSync: number[], follower: Partial<Follower>): Partition {
  return {
    ...newPartition(1, { logEndOffset: 10n, highWatermark: 6n }),
    ...{ role: 'leading', leaderId: 1, inSync, epochStartOffset: 8n },
    followers: new Map([[2, { ...caughtUp, ...follower }]]),
  }
}

describe('a follower comes back into the in-sync set', () => {
  test.each([
    { logEndOffset: 8n, isr: [1, 2, 3], why: 'with all from before the epoch of its leader' },
    { logEndOffset: 7n, isr: null, why: 'not with less: what it has may still be cut' },
    { logEndOffset: 5n, isr: null, why: 'not without what is acknowledged' },
  ])('$why', ({ logEndOffset, isr }) => {
    expect(returners(led([1, 3], { logEndOffset }), 2)).toEqual(isr)
  })

  test('unless it is in it', () => {
    expect(returners(led([1, 2], {}), 2)).toBe(null)
  })
})

describe('with 30 s to catch up in, a follower is', () => {
  test.each([
    { follower: { logEndOffset: 9n, caughtUpAt: 69_999 }, late: [2], why: 'late after longer' },
    { follower: { logEndOffset: 9n, caughtUpAt: 70_000 }, late: [], why: 'not late until then' },
    { follower: { logEndOffset: 10n, caughtUpAt: 0 }, late: [], why: 'never late with everything' },
  ])('$why', ({ follower, late }) => {
    expect(laggards(led([1, 2], follower), 30_000, 100_000)).toEqual(late)
  })

  test('not counted where it is not in sync anyway', () => {
    expect(laggards(led([1], { logEndOffset: 1n }), 30_000, 100_000)).toEqual([])
  })
})
