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

export type TableOptions = {
  aligns: readonly Align[]
  colour: ChalkInstance
  width: number
  /** Somebody counts on a line for each row: cells stand one below the other only where not even the titles fit. */
  isCounted?: boolean
}

/** A table for people: no frame, a bold header, numbers to the right. What does not fit goes on below, in its own column. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { aligns, colour, width, isCounted = false }: TableOptions,
): string {
  const isHeadless = head.every((title) => title === '')
  const least = leastWidth(head, isCounted ? [] : rows)
  if (!isHeadless && least > width && head.length > 2) {
    return oneBelowTheOther(head, rows, colour)
  }
  const widths = fittingWidths(head, rows, width)
  const table = new Table({
    head: head.map((title) => colour.bold(title)),
    colAligns: [...aligns],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    chars: frameless,
  })
  for (const row of rows) {
    table.push(row.map((cell, i) => (widths === null ? cell : folded(cell, widths[i]!))))
  }
  const lines = table
    .toString()
    .split('\n')
    .slice(isHeadless ? 1 : 0)
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** As much of a line as is no wider than this; a wider one would go on below, and be two. */
export function cutLine(line: string, width: number): string {
  if (stripVTControlCharacters(line).length <= width) return line
  let left = width - 1
  const pieces = line.split(ansi).map((piece, i) => {
    // Every other piece is a colour, which takes no room; all of them stay, so that each ends.
    if (i % 2 === 1) return piece
    const part = piece.slice(0, left)
    const isEnd = part.length < piece.length && left > 0
    left -= part.length
    return isEnd ? `${part}…` : part
  })
  return pieces.join('')
}

const ansi = /(\u001b\[[0-9;]*m)/

const gap = 2
const columnMin = 8

/** With no column narrower than its title, or than what lets a person read on. */
function leastWidth(head: readonly string[], rows: readonly (readonly string[])[]): number {
  const own = naturalWidths(head, rows)
  const least = head.map((title, i) => Math.min(own[i]!, Math.max(title.length, columnMin)))
  return least.reduce((sum, each) => sum + each, 0) + gap * (head.length - 1)
}

function naturalWidths(head: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => stripVTControlCharacters(row[i] ?? '').length)),
  )
}

/** For a terminal where not even the titles stand beside each other: a line for each cell that holds something. */
function oneBelowTheOther(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  colour: ChalkInstance,
): string {
  const widest = Math.max(...head.map((title) => title.length))
  const blocks = rows.map((row) =>
    head
      .flatMap((title, i) => (row[i] ? [`${colour.bold(title.padEnd(widest))}  ${row[i]}\n`] : []))
      .join(''),
  )
  return blocks.join('\n')
}

/** Of each column; null where the table fits as it is. The widest columns give way first, but never to less than their titles. */
function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] | null {
  const least = head.map((title) => Math.max(title.length, columnMin))
  const widths = naturalWidths(head, rows)
  const taken = widths.reduce((sum, each) => sum + each, 0) + gap * (widths.length - 1)
  if (taken <= width) return null
  for (let excess = taken - width; excess > 0; excess--) {
    const spare = widths.map((each, i) => each - least[i]!)
    const widest = widths.indexOf(Math.max(...widths.filter((_, i) => spare[i]! > 0)))
    if (widest < 0) break
    widths[widest]!--
  }
  return widths
}

/** On several lines, between words where there are some. What is coloured is short, and stays as it is. */
function folded(cell: string, width: number): string {
  if (cell !== stripVTControlCharacters(cell)) return cell
  const lines: string[] = []
  let rest = cell
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    lines.push(space > 0 ? rest.slice(0, space) : rest.slice(0, width))
    rest = space > 0 ? rest.slice(space + 1) : rest.slice(width)
  }
  return [...lines, rest].join('\n')
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
