import { expect, test } from 'vitest'
import { barsOf, pastLag } from '../../../src/cli/consumer-groups/history/past-lag.ts'
import { keyOf, type Trail } from '../../../src/client/admin/history.ts'

const trail = (partition: number, ...points: [at: number, offset: number][]): Trail => ({
  topic: 't',
  partition,
  points: points.map(([at, offset]) => ({ at, offset: BigInt(offset) })),
})
const byKey = (...trails: Trail[]) => new Map(trails.map((each) => [keyOf(each), each]))

test('between two points an offset stays where it was', () => {
  const points = pastLag([trail(0, [0, 0], [2000, 50])], byKey(trail(0, [0, 100], [1000, 150])), {
    from: 0,
    to: 3000,
    steps: 3,
  })
  expect(points).toEqual([
    { at: 0, lag: 100n, producedPerSecond: null, consumedPerSecond: null },
    { at: 1000, lag: 150n, producedPerSecond: 50, consumedPerSecond: 0 },
    { at: 2000, lag: 100n, producedPerSecond: 0, consumedPerSecond: 50 },
    { at: 3000, lag: 100n, producedPerSecond: 0, consumedPerSecond: 0 },
  ])
})

test('a partition that appears adds its lag and no rate; one without an end is not known', () => {
  const points = pastLag(
    [trail(0, [0, 0]), trail(1, [1000, 0]), trail(2, [0, 7])],
    byKey(trail(0, [0, 10]), trail(1, [0, 1_000_000])),
    { from: 0, to: 2000, steps: 2 },
  )
  expect(points.map(({ lag, producedPerSecond }) => [lag, producedPerSecond])).toEqual([
    [10n, null],
    [1_000_010n, null],
    [1_000_010n, 0],
  ])
  expect(pastLag([trail(0, [500, 0])], byKey(), { from: 0, to: 1, steps: 1 })[0]!.lag).toBeNull()
})

test('a reset is no reading backwards, and a commit beyond the end no credit', () => {
  const points = pastLag([trail(0, [0, 20], [1000, 5])], byKey(trail(0, [0, 10])), {
    from: 0,
    to: 1000,
    steps: 1,
  })
  expect(points.map(({ lag, consumedPerSecond }) => [lag, consumedPerSecond])).toEqual([
    [0n, null],
    [5n, 0],
  ])
})

test('bars', () => {
  const bars = (...lags: (bigint | null)[]) =>
    barsOf(lags.map((lag) => ({ at: 0, lag, producedPerSecond: null, consumedPerSecond: null })))
  expect(bars(null, 0n, 7n, 14n)).toBe(' ▁▅█')
  expect(bars(0n, 0n)).toBe('▁▁')
  expect(bars(10n ** 18n, 1n)).toBe('█▁')
})
