import type { Shown } from './show.ts'

/** One measured thing: its name for a program, its words for a person. */
export type Figure = {
  readonly name: string
  readonly title: string
  readonly value: number
  readonly text: string
}

/** What a measurement found: an object for a program, a line for each figure for a person. */
export function figuresShown(
  figures: readonly Figure[],
  { plain, about = {} }: { plain: () => string; about?: Readonly<Record<string, unknown>> },
): Shown {
  return {
    json: () => ({
      ...about,
      ...Object.fromEntries(figures.map(({ name, value }) => [name, value])),
    }),
    plain,
    table: () => ({
      head: ['', ''],
      rows: figures.map(({ title, text }) => [title, text]),
      aligns: ['left', 'right'],
    }),
  }
}

const megabyte = 1024 * 1024

/** `unit` stands behind the text alone. */
export function figure(
  name: string,
  title: string,
  value: number,
  { digits = 0, unit = '' }: { digits?: number; unit?: string } = {},
): Figure {
  // JSON has no word for a rate within no time.
  const known = Number.isFinite(value) ? value : 0
  const text = known.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return { name, title, value: known, text: unit === '' ? text : `${text} ${unit}` }
}

/** How many records and bytes in some time. */
export function rateFigures(records: number, bytes: number, ms: number): Figure[] {
  return [
    figure('records', 'records', records),
    figure('megabytes', 'size', bytes / megabyte, { digits: 2, unit: 'MB' }),
    figure('elapsedMs', 'time', Math.round(ms), { unit: 'ms' }),
    figure('recordsPerSecond', 'records/s', (records * 1000) / ms, { digits: 1 }),
    figure('megabytesPerSecond', 'MB/s', (bytes * 1000) / ms / megabyte, { digits: 2 }),
  ]
}

/** `sorted` rises. */
export function percentileFigures(
  sorted: Float64Array | readonly number[],
  shares: readonly number[],
): Figure[] {
  return shares.map((share) => {
    const percent = String(share * 100)
    const value = Math.floor(sorted[Math.floor(share * sorted.length)] ?? 0)
    return figure(`p${percent.replace('.', '_')}Ms`, `${percent} % within`, value, { unit: 'ms' })
  })
}
