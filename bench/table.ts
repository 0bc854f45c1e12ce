/** What a bench found, side by side, and how many times better ours is. */
import type { Rival } from './contestants.ts'

export type Figures = Partial<Record<Rival, number>>

const rows: string[][] = [['job', 'jackdaw', 'kcat', 'apache', 'kcat ÷ ours', 'apache ÷ ours']]

/** Adds a line to the table; it is told on stderr at once, for the whole takes minutes. */
export function row(
  job: string,
  figures: Figures,
  digits: number,
  better: 'less' | 'more' = 'less',
): void {
  const shown = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(digits))
  const ratio = (other: number | undefined) => {
    if (other === undefined || figures.jackdaw === undefined) return '–'
    const times = better === 'less' ? other / figures.jackdaw : figures.jackdaw / other
    return times.toFixed(2)
  }
  const cells = [
    job,
    ...[figures.jackdaw, figures.kcat, figures.apache].map(shown),
    ratio(figures.kcat),
    ratio(figures.apache),
  ]
  rows.push(cells)
  console.error(cells.join('  '))
}

/** Several runs of each as one figure of each. */
export function mapped<T>(
  all: Partial<Record<Rival, T[]>>,
  view: (values: T[]) => number,
): Figures {
  const entries = Object.entries(all).filter(([, values]) => values.length > 0)
  return Object.fromEntries(entries.map(([rival, values]) => [rival, view(values)]))
}

/** Shows the table with its notes. */
export function print(notes: readonly string[]): void {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length)),
  )
  for (const cells of rows) {
    console.log(
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  '),
    )
  }
  for (const note of notes) console.log(note)
}
