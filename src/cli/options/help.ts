import type { OptionDeclaration, ToolDeclaration } from './declare.ts'

const widthMax = 80
const gap = 2

/**
 * The help of a tool in two columns, sorted by name, as Kafka's tools lay it out: at most 80 wide, an argument shown with
 * its type. Below it stand the options that are Jackdaw's own, and examples.
 */
export function helpText(tool: ToolDeclaration): string {
  const theirs = tool.options.filter((each) => !each.ours)
  const ours = tool.options.filter((each) => each.ours)
  const rows = sorted(theirs).map(row)
  const ownRows = sorted(ours).map(row)
  const all = [...tool.options, ...(tool.commands ?? []).flatMap(({ options }) => options)]
  const wanted = Math.max(...all.map((each) => synopsis(each).length))
  const left = Math.min(wanted, Math.floor((widthMax - gap) / 2))
  const lines = [
    ...columns([['Option', 'Description']], left),
    ...columns([['------', '-----------']], left),
    ...columns(rows, left),
  ]
  for (const { name, summary, options } of tool.commands ?? []) {
    const commandRows = sorted(options.filter((each) => !each.ours)).map(row)
    lines.push('', ...columns([[name, summary]], left), ...columns(commandRows, left))
  }
  if (ownRows.length > 0) lines.push('', 'Of Jackdaw:', ...columns(ownRows, left))
  if (tool.examples.length > 0) lines.push('', 'Examples:')
  for (const { does, command } of tool.examples) lines.push(`  # ${does}`, `  ${command}`)
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function sorted(options: readonly OptionDeclaration[]): OptionDeclaration[] {
  return [...options].sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Row = readonly [left: string, right: string]

function row(option: OptionDeclaration): Row {
  return [synopsis(option), explanation(option)]
}

/** `--topic <String: topic>`, `--state [String]`, `--list`, `--id, -i <Integer: ID>`. */
export function synopsis({ name, short, argument }: OptionDeclaration): string {
  const names = short === undefined ? `--${name}` : `--${name}, -${short}`
  if (argument === undefined) return names
  const shown = argument.name === undefined ? argument.type : `${argument.type}: ${argument.name}`
  return argument.optional ? `${names} [${shown}]` : `${names} <${shown}>`
}

function explanation(option: OptionDeclaration): string {
  const required = option.required ? 'REQUIRED: ' : ''
  const deprecated =
    option.deprecated === undefined
      ? ''
      : option.deprecated === true
        ? 'DEPRECATED: '
        : `DEPRECATED, use --${option.deprecated}: `
  const preset = option.default === undefined ? '' : ` (default: ${option.default})`
  return `${required}${deprecated}${option.description}${preset}`
}

function columns(rows: readonly Row[], leftWidth: number): string[] {
  const rightWidth = widthMax - gap - leftWidth
  return rows.flatMap(([left, right]) => {
    const lefts = wrap(left, leftWidth)
    const rights = wrap(right, rightWidth)
    return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, i) => {
      return `${(lefts[i] ?? '').padEnd(leftWidth + gap)}${rights[i] ?? ''}`
    })
  })
}

// Lines after the first are indented, so that the next option stands out. A word that is too long is cut.
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const candidate = line === '' ? word : `${line} ${word}`
    if (candidate.length <= width) {
      line = candidate
      continue
    }
    if (line.trim() !== '') lines.push(line)
    line = lines.length === 0 ? word : `  ${word}`
    while (line.length > width) {
      lines.push(line.slice(0, width))
      line = `  ${line.slice(width)}`
    }
  }
  return [...lines, line]
}
