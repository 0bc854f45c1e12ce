import { expect, test } from 'vitest'
import { figures } from '../../src/cli/consumer-perf-test/rows.ts'
import { figuresShown, percentileFigures, rateFigures } from '../../src/cli/output/figures.ts'
import { waitMs } from '../../src/cli/pace.ts'
import { StartTimes } from '../../src/cli/producer-perf-test/start-times.ts'
import { Stats } from '../../src/cli/producer-perf-test/stats.ts'

test.each([
  { done: 10, elapsedMs: 0, perSecond: 5, wait: 2000, why: 'ten take two seconds' },
  { done: 10, elapsedMs: 1500, perSecond: 5, wait: 500, why: 'what has passed counts' },
  { done: 10, elapsedMs: 9000, perSecond: 5, wait: 0, why: 'who is late does not wait' },
  { done: 10, elapsedMs: 0, perSecond: -1, wait: 0, why: 'without a pace nobody waits' },
])('a pace: $why', ({ done, elapsedMs, perSecond, wait }) => {
  expect(waitMs(done, elapsedMs, perSecond)).toBe(wait)
})

test('latencies are summed up as by Kafka', () => {
  const stats = new Stats(4, 1000)
  for (const ms of [5, 1, 3, 7]) stats.record(ms, 1024 * 1024)
  expect(stats.window(3000)).toBe(
    '4 records sent, 2.0 records/sec (2.00 MB/sec), 4.0 ms avg latency, 7.0 ms max latency.\n',
  )
  expect(stats.total(3000, { what: 'records' })).toBe(
    '4 records sent, 2.000000 records/sec (2.00 MB/sec), 4.00 ms avg latency, 7.00 ms max latency, 5 ms 50th, 7 ms 95th, 7 ms 99th, 7 ms 99.9th.\n',
  )
})

test('figures are numbers for a program, and words for a person', () => {
  const all = [
    ...rateFigures(3000, 3 * 1024 * 1024, 1500),
    ...percentileFigures([1, 2, 30], [0.5, 0.999]),
  ]
  const { json, table } = figuresShown(all, { plain: () => '', about: { what: 'records' } })
  expect(json()).toEqual({
    ...{ what: 'records', records: 3000, megabytes: 3, elapsedMs: 1500 },
    ...{ recordsPerSecond: 2000, megabytesPerSecond: 2, p50Ms: 2, p99_9Ms: 30 },
  })
  expect(table().rows).toEqual([
    ['records', '3,000'],
    ['size', '3.00 MB'],
    ['time', '1,500 ms'],
    ['records/s', '2,000.0'],
    ['MB/s', '2.00'],
    ['50 % within', '2 ms'],
    ['99.9 % within', '30 ms'],
  ])
  expect(rateFigures(1, 1, 0).map(({ value }) => value)).toEqual([1, expect.any(Number), 0, 0, 0])
})

test('start times come out by number, in any order, over blocks', () => {
  const starts = new StartTimes()
  const numbers = Array.from({ length: 10_000 }, (_, i) => i)
  for (const number of numbers) starts.add(number * 2, number)
  for (const number of numbers.reverse()) {
    expect(starts.take(number)).toEqual({ at: number * 2, size: number })
  }
})

test('what was consumed is told as by Kafka', () => {
  const measured = { bytes: 1024 * 1024, records: 40, elapsedMs: 500, rebalanceMs: 400 }
  expect(figures(measured)).toBe('1.0000, 2.0000, 40, 80.0000, 400, 100, 10.0000, 400.0000')
})
