/** Columns with two blanks between them, numbers to the right, for people; no blanks at the ends of lines. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  const isNumeric = widths.map((_, i) => rows.slice(1).every((row) => /^(\d+|-)$/.test(row[i]!)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** The same with as many columns as the width has room for; the first of `expendable` go first. */
export function fittingColumns(
  rows: readonly (readonly string[])[],
  { width, expendable }: { width: number; expendable: readonly string[] },
): string {
  let kept = rows
  for (const name of expendable) {
    const text = columns(kept)
    if (text.split('\n').every((line) => line.length <= width)) return text
    const index = kept[0]!.indexOf(name)
    kept = kept.map((row) => row.filter((_, i) => i !== index))
  }
  return columns(kept)
}
