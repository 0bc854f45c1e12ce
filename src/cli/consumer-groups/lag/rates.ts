/** What two or more samples say together: how fast a partition is written and read, and where that leads. */
import { nameOf } from '../describe/view.ts'
import { type LagRow, type LagSample, unreadOf } from './sample.ts'

export type Trend = 'drained' | 'draining' | 'steady' | 'growing'

export type RatedRow = LagRow & {
  /** As docs/lag.md defines it; null without a leader. */
  readonly unread: bigint | null
  /** Records in a second; null before there are two samples. */
  readonly produced: number | null
  readonly consumed: number | null
  readonly trend: Trend | null
  /** Null where nothing drains. */
  readonly drainedInMs: number | null
  /** Retention takes records away before they are read, if all goes on as it does. */
  readonly isEndangered: boolean
}

/** The last sample, with rates over the time since the first one. Most lag first. */
export function rated(samples: readonly LagSample[]): RatedRow[] {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const seconds = (last.at - first.at) / 1000
  const earlier = new Map(first.rows.map((row) => [keyOf(row), row]))
  return last.rows
    .map((row) => rateRow(row, seconds > 0 ? earlier.get(keyOf(row)) : undefined, seconds))
    .sort(byLag)
}

const keyOf = (row: LagRow) => `${row.group}\n${nameOf(row)}`

function byLag(a: RatedRow, b: RatedRow): number {
  const [left, right] = [a.unread ?? -1n, b.unread ?? -1n]
  if (left !== right) return left > right ? -1 : 1
  return keyOf(a) < keyOf(b) ? -1 : 1
}

function rateRow(row: LagRow, before: LagRow | undefined, seconds: number): RatedRow {
  const unread = unreadOf(row)
  const produced = perSecond(before?.logEndOffset, row.logEndOffset, seconds)
  const consumed = perSecond(before?.currentOffset, row.currentOffset, seconds)
  const trend = trendOf({ unread, produced, consumed })
  const drainedInMs =
    trend === 'drained'
      ? 0
      : trend === 'draining'
        ? (Number(unread) / (consumed! - produced!)) * 1000
        : null
  const rates = { unread, produced, consumed, trend, drainedInMs }
  return { ...row, ...rates, isEndangered: isEndangered(row, rates) }
}

function perSecond(
  before: bigint | null | undefined,
  after: bigint | null,
  seconds: number,
): number | null {
  if (before === undefined || before === null || after === null) return null
  // A group that was reset, or a log that was cut, has not been read backwards.
  return Math.max(0, Number(after - before)) / seconds
}

type Rates = Pick<RatedRow, 'unread' | 'produced' | 'consumed'>

/** Within this share of what is written, lag neither grows nor shrinks. */
const steadyShare = 0.01

export function trendOf({ unread, produced, consumed }: Rates): Trend | null {
  if (unread === 0n) return 'drained'
  if (unread === null || produced === null || consumed === null) return null
  if (Math.abs(consumed - produced) <= steadyShare * produced) return 'steady'
  return consumed > produced ? 'draining' : 'growing'
}

type Pace = Rates & Pick<RatedRow, 'trend'>

/** Something was deleted unread, or will be if all goes on as it does. */
function isEndangered(row: LagRow, pace: Pace): boolean {
  const { currentOffset, logStartOffset } = row
  if (pace.unread === null || pace.unread === 0n) return false
  if (currentOffset !== null && logStartOffset !== null && currentOffset < logStartOffset)
    return true
  if (pace.trend === null || pace.consumed === null || pace.produced === null) return false
  const neededMs =
    pace.consumed === 0 ? Number.POSITIVE_INFINITY : (Number(pace.unread) / pace.consumed) * 1000
  return goesByAge(row, neededMs) || goesBySize(row, pace, neededMs)
}

/**
 * The newest unread record is read in `unread / consumed`; the oldest is deleted in `retention − age`. If the second comes first,
 * and half of the retention is over already, records are in danger.
 */
function goesByAge({ retentionMs, timeLagMs }: LagRow, neededMs: number): boolean {
  if (retentionMs === null || timeLagMs === null) return false
  const leftMs = retentionMs - timeLagMs
  return leftMs < neededMs && leftMs < retentionMs / 2
}

/** The oldest unread record goes when it and those behind it are more than may stay; all records count as equally large. */
function goesBySize(row: LagRow, { unread, produced }: Pace, neededMs: number): boolean {
  const { retentionBytes, sizeBytes, logStartOffset, logEndOffset } = row
  if (retentionBytes === null || sizeBytes === null || !produced) return false
  const recordBytes = sizeBytes / Number(logEndOffset! - (logStartOffset ?? 0n))
  const leftBytes = retentionBytes - Number(unread) * recordBytes
  const leftMs = (leftBytes / (produced * recordBytes)) * 1000
  return leftMs < neededMs && leftBytes < retentionBytes / 2
}
