import { Chalk, type ChalkInstance } from 'chalk'
import Table from 'cli-table3'
import type { Machine } from '../machine.ts'

/** Colours for this terminal: none where NO_COLOR is set, or where nobody would see them (no-color.org). */
export function colours({ env, stdout }: Machine): ChalkInstance {
  const isWanted = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return new Chalk({ level: 1 })
  return new Chalk({ level: isWanted && stdout.isTerminal ? 1 : 0 })
}

export type Align = 'left' | 'right'

/** A table for people: no frame, a bold header, numbers to the right. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { aligns, colour }: { aligns: readonly Align[]; colour: ChalkInstance },
): string {
  const table = new Table({
    head: head.map((title) => colour.bold(title)),
    colAligns: [...aligns],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: frameless,
  })
  for (const row of rows) table.push([...row])
  const lines = table.toString().split('\n')
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
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
