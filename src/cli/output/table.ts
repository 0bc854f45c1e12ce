import { stripVTControlCharacters } from 'node:util'
import { Chalk, type ChalkInstance } from 'chalk'
import Table from 'cli-table3'
import type { Machine } from '../machine.ts'

/** Colours for this terminal: none where NO_COLOR is set, or where nobody would see them (no-color.org). */
export function colours({ env, stdout }: Machine): ChalkInstance {
  const isWanted = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return new Chalk({ level: 1 })
  return new Chalk({ level: isWanted && stdout.isTerminal ? 1 : 0 })
}

/** How wide a table may be: as the terminal, or as it likes where no line is ever broken. */
export function tableWidth({ stdout }: Machine): number {
  return stdout.isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
}

export type Align = 'left' | 'right'

/** A table for people: no frame, a bold header, numbers to the right. What does not fit goes on below, in its own column. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { aligns, colour, width }: { aligns: readonly Align[]; colour: ChalkInstance; width: number },
): string {
  const isHeadless = head.every((title) => title === '')
  const widths = fittingWidths([head, ...rows], width)
  const table = new Table({
    ...(widths === null ? {} : { colWidths: widths, wordWrap: true, wrapOnWordBoundary: false }),
    head: head.map((title) => colour.bold(title)),
    colAligns: [...aligns],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    chars: frameless,
  })
  for (const row of rows) table.push([...row])
  const lines = table
    .toString()
    .split('\n')
    .slice(isHeadless ? 1 : 0)
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

const gap = 2
const columnMin = 8

/** Of each column, its gap included; null where the table fits as it is. The widest columns give way first. */
function fittingWidths(lines: readonly (readonly string[])[], width: number): number[] | null {
  const widths: number[] = []
  for (const line of lines) {
    for (const [i, cell] of line.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, stripVTControlCharacters(cell).length + gap)
    }
  }
  let excess = widths.reduce((sum, each) => sum + each, 0) - gap - width
  if (!(excess > 0)) return null
  for (; excess > 0; excess--) {
    const widest = widths.indexOf(Math.max(...widths))
    if (widths[widest]! <= columnMin) break
    widths[widest]!--
  }
  return widths
}

const frameless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
