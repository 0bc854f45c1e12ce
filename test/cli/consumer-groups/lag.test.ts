import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { durationMs, durationText } from '../../../src/cli/consumer-groups/duration.ts'
import { lagJson } from '../../../src/cli/consumer-groups/lag/json.ts'
import { prometheusText } from '../../../src/cli/consumer-groups/lag/prometheus.ts'
import { rated, trendOf } from '../../../src/cli/consumer-groups/lag/rates.ts'
import {
  type LagRow,
  type LagSample,
  unreadOf,
} from '../../../src/cli/consumer-groups/lag/sample.ts'
import { lagText, lagTextWithin } from '../../../src/cli/consumer-groups/lag/text.ts'
import { excesses, lagsOf } from '../../../src/cli/consumer-groups/lag/totals.ts'
import { scriptedMachine } from '../machine.ts'
import { openMetricsFaults } from './open-metrics.ts'

const row = (given: Partial<LagRow> = {}): LagRow => ({
  group: 'g',
  topic: 't',
  partition: 0,
  currentOffset: 0n,
  leaderEpoch: null,
  logStartOffset: 0n,
  lastStableOffset: given.logEndOffset ?? 0n,
  logEndOffset: 0n,
  lag: null,
  timeLagMs: 0,
  retentionMs: null,
  retentionBytes: null,
  sizeBytes: null,
  consumerId: null,
  host: null,
  clientId: null,
  ...given,
})

const sample = (at: number, rows: LagRow[], state = 'Stable'): LagSample => ({
  at,
  groups: [...new Set(rows.map(({ group }) => group))].map((group) => ({ group, state })),
  rows,
})

test.each([
  ['what lies between', { currentOffset: 3n, logStartOffset: 0n, logEndOffset: 10n }, 7n],
  [
    'deleted records are not to be read any more',
    { currentOffset: 3n, logStartOffset: 5n, logEndOffset: 10n },
    5n,
  ],
  [
    'without a commit all that is there',
    { currentOffset: null, logStartOffset: 5n, logEndOffset: 10n },
    5n,
  ],
  [
    'a commit beyond the end is no credit',
    { currentOffset: 12n, logStartOffset: 0n, logEndOffset: 10n },
    0n,
  ],
  [
    'unknown without a leader',
    { currentOffset: 3n, logStartOffset: null, logEndOffset: null },
    null,
  ],
] as const)('unread: %s', (_, ends, unread) => {
  expect(unreadOf(ends)).toBe(unread)
})

test('rates are those of the time between the first look and the last', () => {
  const [found] = rated([
    sample(1000, [row({ currentOffset: 0n, logEndOffset: 100n })]),
    sample(2000, [row({ currentOffset: 100n, logEndOffset: 120n })]),
    sample(3000, [row({ currentOffset: 100n, logEndOffset: 140n })]),
  ])
  expect(found).toMatchObject({ unread: 40n, produced: 20, consumed: 50, trend: 'draining' })
  expect(found!.drainedInMs).toBeCloseTo((40 / 30) * 1000)
})

test('one look alone has no rates, and a group that was reset has not been read backwards', () => {
  expect(rated([sample(0, [row({ logEndOffset: 5n })])])[0]).toMatchObject({
    produced: null,
    consumed: null,
    trend: null,
    drainedInMs: null,
  })
  const [found] = rated([
    sample(0, [row({ currentOffset: 50n, logEndOffset: 50n })]),
    sample(1000, [row({ currentOffset: 10n, logEndOffset: 50n })]),
  ])
  expect(found).toMatchObject({ consumed: 0, produced: 0, trend: 'steady' })
})

test.each([
  [{ unread: 0n, produced: 5, consumed: 0 }, 'drained'],
  [{ unread: 9n, produced: null, consumed: null }, null],
  [{ unread: 9n, produced: 1000, consumed: 1009 }, 'steady'],
  [{ unread: 9n, produced: 1000, consumed: 1011 }, 'draining'],
  [{ unread: 9n, produced: 1000, consumed: 980 }, 'growing'],
] as const)('trend of %o', (rates, trend) => {
  expect(trendOf(rates)).toBe(trend)
})

test('retention is warned of when it comes before the reader, and not before half of it is over', () => {
  const danger = (given: Partial<LagRow>, consumed: number) => {
    const at = { logEndOffset: 1000n, retentionMs: 60_000, ...given }
    return rated([
      sample(0, [row({ ...at, currentOffset: 0n })]),
      sample(1000, [row({ ...at, currentOffset: BigInt(consumed) })]),
    ])[0]!.isEndangered
  }
  // 990 are left at 10 in a second: 99 s.
  expect(danger({ timeLagMs: 40_000 }, 10)).toBe(true)
  expect(danger({ timeLagMs: 20_000 }, 10)).toBe(false)
  // 900 at 100 in a second: 9 s.
  expect(danger({ timeLagMs: 40_000 }, 100)).toBe(false)
  expect(danger({ timeLagMs: 59_000 }, 100)).toBe(true)
  expect(danger({ timeLagMs: 59_000, retentionMs: null }, 100)).toBe(false)
  // What is gone is gone.
  expect(danger({ logStartOffset: 500n, timeLagMs: 1 }, 10)).toBe(true)
})

test('so it is when the partition grows beyond its size before the reader is through', () => {
  // 1000 records of 10 bytes each, 900 of them unread; 100 more are written in a second.
  const danger = (given: Partial<LagRow>, consumed: bigint, written = 100n) => {
    const at = { sizeBytes: 10_000, retentionBytes: 12_000, logStartOffset: 0n, ...given }
    const ends = { currentOffset: 100n, logEndOffset: 1000n }
    const from = { currentOffset: 100n - consumed, logEndOffset: 1000n - written }
    return rated([
      sample(0, [row({ ...at, ...from })]),
      sample(1000, [row({ ...at, ...ends, ...given })]),
    ])[0]!.isEndangered
  }
  // 3000 bytes are left, at 1000 in a second; 900 at 100 in a second take 9 s, at 400 they take 2.25 s.
  expect(danger({}, 100n)).toBe(true)
  expect(danger({}, 400n)).toBe(false)
  // A partition that does not grow loses nothing.
  expect(danger({}, 1n, 0n)).toBe(false)
  // More than half of what may stay is free.
  expect(danger({ retentionBytes: 20_000 }, 1n)).toBe(false)
  expect(danger({ retentionBytes: null }, 1n)).toBe(false)
  expect(danger({ sizeBytes: null }, 1n)).toBe(false)
})

test('a gate tells of everything that is not within the limits, and takes the unknown for too much', () => {
  const given = sample(0, [
    row({ group: 'a', logEndOffset: 5n, timeLagMs: 10 }),
    row({ group: 'a', partition: 1, logEndOffset: 6n, timeLagMs: 30 }),
    row({ group: 'b', logEndOffset: null, logStartOffset: null, timeLagMs: null }),
    row({ group: 'c', logEndOffset: 1n, timeLagMs: null }),
  ])
  const lags = lagsOf(given)
  expect(lags[0]).toEqual({ group: 'a', state: 'Stable', lag: 11n, timeLagMs: 30, unknown: 0 })
  expect(excesses(lags, { lag: 11n })).toEqual(['group b: 1 partitions have no leader'])
  expect(excesses(lags, { lag: 10n, timeLagMs: 29 })).toEqual([
    'group a has a lag of 11',
    'group a is 30 ms behind',
    'group b: 1 partitions have no leader',
    'group c: the age of its oldest unread record is not known',
  ])
  const dead: LagSample = { at: 0, groups: [{ group: 'x', state: 'Dead' }], rows: [] }
  expect(excesses(lagsOf(dead), {})).toEqual(['group x does not exist'])
})

test('the report for programs has every field that docs/lag.md names', () => {
  const { groups, ...rest } = lagJson([
    sample(0, [row({ currentOffset: 1n, logEndOffset: 5n, timeLagMs: 1500 })]),
  ])
  expect(rest).toEqual({ version: 1, at: '1970-01-01T00:00:00.000Z' })
  expect(groups).toEqual([
    {
      group: 'g',
      state: 'Stable',
      lag: 4n,
      timeLagMs: 1500,
      partitions: [
        {
          topic: 't',
          partition: 0,
          currentOffset: 1n,
          logStartOffset: 0n,
          lastStableOffset: 5n,
          logEndOffset: 5n,
          lag: 4n,
          timeLagMs: 1500,
          retentionMs: null,
          retentionBytes: null,
          sizeBytes: null,
          producedPerSecond: null,
          consumedPerSecond: null,
          trend: null,
          drainedInMs: null,
          isEndangered: false,
          consumerId: null,
          host: null,
          clientId: null,
        },
      ],
    },
  ])
})

test('what a scraper gets is OpenMetrics, whatever groups are called', () => {
  const text = prometheusText(
    sample(0, [
      row({ group: 'say "hi"\\\n', logEndOffset: 5n, timeLagMs: 2500 }),
      row({ group: 'plain', topic: 'u', logEndOffset: null, timeLagMs: null }),
    ]),
  )
  expect(openMetricsFaults(text)).toEqual([])
  expect(text).toContain(
    'kafka_consumergroup_lag{group="say \\"hi\\"\\\\\\n",topic="t",partition="0"} 5\n',
  )
  expect(text).toContain(
    'kafka_consumergroup_time_lag_max_seconds{group="say \\"hi\\"\\\\\\n"} 2.5\n',
  )
  expect(text).not.toContain('kafka_consumergroup_lag{group="plain"')
  expect(prometheusText({ at: 0, groups: [], rows: [] })).toMatch(/# EOF\n$/)
})

test('the validator of the test above finds faults', () => {
  expect(openMetricsFaults('# TYPE a gauge\na{b="c"} 1\n')).not.toEqual([])
  expect(openMetricsFaults('a 1\n# EOF\n')).not.toEqual([])
  expect(openMetricsFaults('# TYPE a gauge\na{b="c} 1\n# EOF\n')).not.toEqual([])
  expect(openMetricsFaults('# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n')).not.toEqual([])
  expect(openMetricsFaults('# TYPE a gauge\na 1\na 1\n# EOF\n')).not.toEqual([])
  expect(
    openMetricsFaults('# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x="y"} 1\n# EOF\n'),
  ).not.toEqual([])
})

test('of 10,000 partitions those with the most lag are shown, and the rest is counted', () => {
  const rows = Array.from({ length: 10_000 }, (_, partition) =>
    row({ partition, logEndOffset: BigInt(partition), timeLagMs: partition }),
  )
  const samples = [sample(0, rows), sample(1000, rows)]
  const text = lagText(rated(samples), { sample: samples[1]!, top: 3, machine: scriptedMachine() })
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'g  lag 49995000, 10s behind, written 0/s, read 0/s, 10000 partitions, Stable',
    'GROUP  TOPIC  PARTITION   LAG  BEHIND  WRITTEN  READ  TREND   DRAINED IN',
    'g      t           9999  9999     10s      0/s   0/s  steady           -',
    'g      t           9998  9998     10s      0/s   0/s  steady           -',
    'g      t           9997  9997     10s      0/s   0/s  steady           -',
    'and 9997 more partitions with no more lag',
    '',
  ])
})

test.each([
  { linesMax: 11, top: 20, tableLines: 8, why: 'as many as there is room for' },
  { linesMax: 40, top: 3, tableLines: 3, why: 'no more than were asked for' },
  { linesMax: 3, top: 20, tableLines: 1, why: 'on a very small one the beginning' },
])('10,000 partitions on a terminal of $linesMax lines: $why', ({ linesMax, top, tableLines }) => {
  const rows = Array.from({ length: 10_000 }, (_, partition) =>
    row({ partition, logEndOffset: BigInt(partition), timeLagMs: partition }),
  )
  const taken = sample(0, rows)
  const machine = scriptedMachine({ terminal: true, columns: 100 })
  const text = lagTextWithin(linesMax, rated([taken]), { sample: taken, top, machine })
  const lines = stripVTControlCharacters(text).split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.length).toBeLessThanOrEqual(linesMax)
  expect(lines[0]).toContain('g  lag 49995000')
  const shown = lines.filter((line) => /\b99\d\d +99\d\d\b/.test(line.replaceAll('│', ' ')))
  expect(shown).toHaveLength(tableLines)
  if (tableLines > 1)
    expect(lines.at(-1)).toBe(`and ${10_000 - tableLines} more partitions with no more lag`)
})

test('of many groups those with the most lag are shown, and the rest is counted', () => {
  const groups = ['a', 'b', 'c', 'd']
  const rows = groups.map((group, index) => row({ group, logEndOffset: BigInt(index) }))
  const taken = sample(0, rows)
  const text = lagText(rated([taken]), { sample: taken, top: 2, machine: scriptedMachine() })
  expect(text).toMatch(
    /^d {2}lag 3.*\nc {2}lag 2.*\nand 2 more groups with no more lag; 6 records unread in all 4\n/,
  )
})

test('records that wait for a transaction are told of, and danger is', () => {
  const rows = [
    row({ currentOffset: 2n, logStartOffset: 4n, lastStableOffset: 6n, logEndOffset: 9n }),
  ]
  const samples = [sample(0, rows)]
  const text = lagText(rated(samples), { sample: samples[0]!, top: 3, machine: scriptedMachine() })
  expect(text).toContain('3 records wait for the end of a transaction\n')
  expect(text).toContain('retention deletes records of 1 partitions before they are read\n')
})

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
] as const)('the duration %s', (text, ms) => {
  expect(durationMs(text, 'interval')).toBe(ms)
})

test('durations in a sentence', () => {
  expect(() => durationMs('soon', 'interval')).toThrow('--interval takes a duration like')
  expect([0, 999, 1000, 61_000, 3_600_000, 90_061_000].map(durationText)).toEqual([
    ...['0ms', '999ms', '1s', '1m 1s', '1h', '1d 1h'],
  ])
})
