import type { Machine } from '../../machine.ts'
import { colours, tableText, tableWidth } from '../../output/table.ts'
import type { OffsetRow } from './view.ts'

/** Lag for a person: the sum first, then partition by partition; what is behind stands out. */
export function offsetsTable(
  rows: readonly OffsetRow[],
  { machine }: { machine: Machine },
): string {
  const colour = colours(machine)
  const total = rows.reduce((sum, { lag }) => sum + (lag ?? 0n), 0n)
  const lagText = (lag: bigint | null) => {
    if (lag === null) return colour.dim('-')
    return lag === 0n ? colour.green('0') : colour.yellow(String(lag))
  }
  const hasMembers = rows.some(({ consumerId }) => consumerId !== null)
  const shown = (value: unknown) => (value === null ? colour.dim('-') : String(value))
  const table = tableText(
    ['TOPIC', 'PARTITION', 'OFFSET', 'END', 'LAG', ...(hasMembers ? ['CONSUMER', 'HOST'] : [])],
    rows.map((row) => [
      row.topic,
      String(row.partition),
      shown(row.currentOffset),
      shown(row.logEndOffset),
      lagText(row.lag),
      ...(hasMembers ? [shown(row.consumerId), shown(row.host)] : []),
    ]),
    {
      aligns: ['left', 'right', 'right', 'right', 'right', 'left', 'left'],
      colour,
      width: tableWidth(machine),
    },
  )
  const group = rows[0]?.group ?? ''
  return `${colour.bold(group)}  lag ${lagText(total)}\n${table}`
}
