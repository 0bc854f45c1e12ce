/** Lag for a person: a line for each group, then the partitions that need a look, those with the most lag first. */
import type { ChalkInstance } from 'chalk'
import type { Machine } from '../../machine.ts'
import { colours, cutLine, tableText, tableWidth } from '../../output/table.ts'
import { durationText } from '../duration.ts'
import type { RatedRow } from './rates.ts'
import type { LagSample } from './sample.ts'
import { type GroupLag, lagsOf } from './totals.ts'

type Shown = { sample: LagSample; top: number; machine: Machine }

export function lagText(rows: readonly RatedRow[], { sample, top, machine }: Shown): string {
  const colour = colours(machine)
  const shown = rows.slice(0, top)
  const groups = lagsOf(sample).sort((a, b) => (a.lag === b.lag ? 0 : a.lag > b.lag ? -1 : 1))
  const summaries = groups.slice(0, top).map((each) => summary(each, rows, colour))
  if (groups.length > top) {
    const all = groups.reduce((sum, { lag }) => sum + lag, 0n)
    const others = `and ${groups.length - top} more groups with no more lag; ${all} records unread in all ${groups.length}\n`
    summaries.push(colour.dim(others))
  }
  const more = rows.length - shown.length
  const rest = more > 0 ? colour.dim(`and ${more} more partitions with no more lag\n`) : ''
  const endangered = rows.filter(({ isEndangered }) => isEndangered).length
  const warning =
    endangered > 0
      ? colour.red(`retention deletes records of ${endangered} partitions before they are read\n`)
      : ''
  const held = rows.reduce((sum, row) => sum + heldBack(row), 0n)
  const waiting =
    held > 0n ? colour.yellow(`${held} records wait for the end of a transaction\n`) : ''
  return `${summaries.join('')}${warning}${waiting}${table(shown, machine)}${rest}`
}

/** As much of it as a screen of so many lines has room for: what has scrolled away could not be refreshed in place. */
export function lagTextWithin(linesMax: number, rows: readonly RatedRow[], shown: Shown): string {
  const width = tableWidth(shown.machine)
  for (let top = Math.max(1, Math.min(shown.top, linesMax)); ; ) {
    const lines = lagText(rows, { ...shown, top })
      .split('\n')
      .map((line) => cutLine(line, width))
    const over = lines.length - 1 - linesMax
    if (over <= 0) return lines.join('\n')
    if (top === 1) return `${lines.slice(0, linesMax).join('\n')}\n`
    // A line less of groups may be one less of partitions, too.
    top = Math.max(1, top - Math.ceil(over / 2))
  }
}

/** Unread records that a consumer of committed ones cannot have yet. */
function heldBack({ unread, logEndOffset, lastStableOffset }: RatedRow): bigint {
  if (unread === null || logEndOffset === null || lastStableOffset === null) return 0n
  const held = logEndOffset - lastStableOffset
  return held < unread ? held : unread
}

function summary(
  { group, state, lag, timeLagMs }: GroupLag,
  rows: readonly RatedRow[],
  colour: ChalkInstance,
): string {
  if (state === 'Dead') return `${group}  ${colour.red('does not exist')}\n`
  const own = rows.filter((row) => row.group === group)
  const rate = (of: (row: RatedRow) => number | null) => {
    const known = own.map(of).filter((each) => each !== null)
    return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0)
  }
  const [produced, consumed] = [rate((row) => row.produced), rate((row) => row.consumed)]
  const parts = [
    `lag ${lag === 0n ? colour.green('0') : colour.yellow(String(lag))}`,
    ...(timeLagMs === null ? [] : [`${durationText(timeLagMs)} behind`]),
    ...(produced === null ? [] : [`written ${rateText(produced)}`]),
    ...(consumed === null ? [] : [`read ${rateText(consumed)}`]),
    ...(produced !== null && consumed !== null && consumed > produced && lag > 0n
      ? [`drained in ${durationText((Number(lag) / (consumed - produced)) * 1000)}`]
      : []),
    `${own.length} partitions`,
    state,
  ]
  return `${colour.bold(group)}  ${parts.join(', ')}\n`
}

export const rateText = (perSecond: number) =>
  `${perSecond >= 10 || perSecond === 0 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`

const heads = [
  'GROUP',
  'TOPIC',
  'PARTITION',
  'LAG',
  'BEHIND',
  'WRITTEN',
  'READ',
  'TREND',
  'DRAINED IN',
]

function table(rows: readonly RatedRow[], machine: Machine): string {
  if (rows.length === 0) return ''
  const colour = colours(machine)
  const none = colour.dim('-')
  const shade = (row: RatedRow) => {
    if (row.isEndangered) return colour.red
    if (row.unread === 0n) return colour.green
    return row.trend === 'growing' ? colour.red : colour.yellow
  }
  return tableText(
    heads,
    rows.map((row) => [
      row.group,
      row.topic,
      String(row.partition),
      row.unread === null ? none : shade(row)(String(row.unread)),
      row.timeLagMs === null ? none : durationText(row.timeLagMs),
      row.produced === null ? none : rateText(row.produced),
      row.consumed === null ? none : rateText(row.consumed),
      row.isEndangered ? colour.red('in danger') : (row.trend ?? none),
      row.drainedInMs === null ? none : durationText(row.drainedInMs),
    ]),
    {
      aligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left', 'right'],
      colour,
      width: tableWidth(machine),
      isCounted: true,
    },
  )
}
