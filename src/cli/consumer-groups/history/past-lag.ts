/** How lag came about: from the moments at which offsets moved, the figures at evenly spaced moments. */
import { type GroupHistory, keyOf, type Point, type Trail } from '../../../client/admin/history.ts'

export type PastPoint = {
  readonly at: number
  /** Null as long as nothing was remembered. */
  readonly lag: bigint | null
  readonly producedPerSecond: number | null
  readonly consumedPerSecond: number | null
}

type Span = { readonly from: number; readonly to: number; readonly steps: number }

export function pastLag(
  committed: GroupHistory['committed'],
  ends: ReadonlyMap<string, Trail>,
  { from, to, steps }: Span,
): PastPoint[] {
  const totals = Array.from({ length: steps + 1 }, (_, i) => {
    const at = Math.round(from + ((to - from) * i) / steps)
    return totalAt(at, committed, ends)
  })
  return totals.map((total, i) => {
    const { at, lag } = total
    return {
      at,
      lag,
      producedPerSecond: rate(totals[i - 1], total, ({ end }) => end),
      consumedPerSecond: rate(totals[i - 1], total, ({ current }) => current),
    }
  })
}

type Total = { at: number; lag: bigint | null; end: bigint; current: bigint; partitions: number }

function totalAt(
  at: number,
  committed: GroupHistory['committed'],
  ends: ReadonlyMap<string, Trail>,
): Total {
  const total: Total = { at, lag: null, end: 0n, current: 0n, partitions: 0 }
  for (const trail of committed) {
    const current = offsetAt(trail.points, at)
    const end = offsetAt(ends.get(keyOf(trail))?.points ?? [], at)
    if (current === null || end === null) continue
    total.lag = (total.lag ?? 0n) + (end > current ? end - current : 0n)
    total.end += end
    total.current += current
    total.partitions++
  }
  return total
}

function offsetAt(points: readonly Point[], at: number): bigint | null {
  return points.findLast((each) => each.at <= at)?.offset ?? null
}

/** Of the same partitions; where one has come or gone, sums tell nothing. */
function rate(
  before: Total | undefined,
  after: Total,
  of: (total: Total) => bigint,
): number | null {
  if (before === undefined || before.lag === null || before.partitions !== after.partitions) {
    return null
  }
  return (Math.max(0, Number(of(after) - of(before))) / (after.at - before.at)) * 1000
}

const bars = '▁▂▃▄▅▆▇█'

/** Lag as a line of bars, the highest of which is the largest. */
export function barsOf(points: readonly PastPoint[]): string {
  const largest = points.reduce((most, { lag }) => (lag !== null && lag > most ? lag : most), 0n)
  return points
    .map(({ lag }) => {
      if (lag === null) return ' '
      if (largest === 0n) return bars[0]
      return bars[Number((lag * BigInt(bars.length - 1) + largest / 2n) / largest)]
    })
    .join('')
}
