/** What is wrong with a text by the grammar of OpenMetrics 1.0, as far as gauges need it. */
export function openMetricsFaults(text: string): string[] {
  const faults: string[] = []
  const lines = text.split('\n')
  if (lines.pop() !== '') faults.push('the last line has no end')
  if (lines.pop() !== '# EOF') faults.push('no # EOF at the end')
  const families = new Set<string>()
  const seen = new Set<string>()
  let family = ''
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line) ?? []
    if (keyword === 'TYPE') {
      if (families.has(name)) faults.push(`${name} stands in two places`)
      if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) || rest !== 'gauge') faults.push(line)
      families.add(name)
      family = name
    } else if (keyword !== undefined) {
      if (name !== family) faults.push(`about another metric: ${line}`)
      if (keyword === 'UNIT' && !name.endsWith(`_${rest}`)) faults.push(`unit: ${line}`)
      if (keyword === 'HELP' && /\\(?![\\n"])/.test(rest)) faults.push(`escape: ${line}`)
    } else {
      const [, of, labels = ''] = sampleLine.exec(line) ?? []
      if (of === undefined) faults.push(`no sample: ${line}`)
      else if (of !== family) faults.push(`of another metric: ${line}`)
      if (seen.has(`${of}${labels}`)) faults.push(`twice: ${line}`)
      seen.add(`${of}${labels}`)
    }
  }
  return faults
}

const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const sampleLine = new RegExp(
  `^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:${label}(?:,${label})*)?\\})? [+-]?[0-9]+(?:\\.[0-9]+)?(?:e[+-]?[0-9]+)?$`,
)
