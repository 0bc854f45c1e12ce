/**
 * Compares output with the `>` and `!` lines of a transcript: byte for byte but for placeholders. Text is one character per byte.
 */
import { readEscape } from './transcript.ts'

/** What named placeholders (`<uuid:a>`) have matched so far in a file. */
export type Bindings = Map<string, string>

const placeholders: Record<string, string> = {
  uuid: '[A-Za-z0-9_-]{22}',
  uuid4: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  'log-time': '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}',
  timestamp: '\\d{13}',
  n: '-?\\d+',
  decimal: '-?\\d+\\.\\d+',
  'host:port': '[A-Za-z0-9.\\[\\]:-]*:\\d+',
  coordinator: '[^ \\t\\r\\n]+:\\d+  \\(\\d+\\) *',
  word: '[^ \\t\\r\\n]+',
  path: '[^\\s",]+',
  any: '[^\\n]*',
}

const stackLine = '(?:[ \\t]+at |[ \\t]+\\.\\.\\. |[ \\t]*Suppressed: |Caused by: )[^\\n]*'

/** Null when the output is as expected, else a readable difference. New named placeholders are bound. */
export function compareOutput(
  expected: readonly string[],
  actual: string,
  bindings: Bindings,
  { unordered = false } = {},
): string | null {
  return unordered
    ? compareUnordered(expected, actual, bindings)
    : compareOrdered(expected, actual, bindings)
}

function compareOrdered(
  expected: readonly string[],
  actual: string,
  bindings: Bindings,
): string | null {
  const match = patternOf(expected, bindings, '$').exec(actual)
  if (match !== null) {
    bind(match, bindings)
    return null
  }
  // How far did it go well? The first line that does not match is what a person wants to see.
  let good = 0
  let end = 0
  for (let count = 1; count <= expected.length; count++) {
    const prefix = patternOf(expected.slice(0, count), bindings, '').exec(actual)
    if (prefix === null) break
    good = count
    end = prefix[0].length
  }
  return [
    ...(good > 0 ? [`  (${good} lines as expected)`] : []),
    ...expected.slice(good).map((line) => `  - ${line}`),
    ...shownLines(actual.slice(end)).map((line) => `  + ${line}`),
  ].join('\n')
}

function compareUnordered(
  expected: readonly string[],
  actual: string,
  bindings: Bindings,
): string | null {
  const lines = actual.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const patterns = expected.map((line) => patternOf([line], bindings, '$'))
  const fits = (row: number, column: number) => patterns[row]!.test(`${lines[column]!}\n`)
  const taken = matching(expected.length, lines.length, fits)
  const missing = expected.filter((_, row) => !taken.includes(row))
  const extra = lines.filter((_, column) => taken[column] === -1)
  if (missing.length === 0 && extra.length === 0) {
    for (const [column, row] of taken.entries()) {
      bind(patternOf([expected[row]!], bindings, '$').exec(`${lines[column]!}\n`), bindings)
    }
    return null
  }
  return [
    `  (in any order; ${expected.length - missing.length} lines as expected)`,
    ...missing.map((line) => `  - ${line}`),
    ...extra.map((line) => `  + ${shown(line)}`),
  ].join('\n')
}

/** Pairs rows with columns, as many as can be (augmenting paths); gives each column's row or -1. */
function matching(
  rows: number,
  columns: number,
  fits: (row: number, column: number) => boolean,
): number[] {
  const taken = new Array<number>(columns).fill(-1)
  const place = (row: number, seen: Set<number>): boolean => {
    for (let column = 0; column < columns; column++) {
      if (seen.has(column) || !fits(row, column)) continue
      seen.add(column)
      if (taken[column] === -1 || place(taken[column]!, seen)) {
        taken[column] = row
        return true
      }
    }
    return false
  }
  for (let row = 0; row < rows; row++) place(row, new Set())
  return taken
}

function patternOf(lines: readonly string[], bindings: Bindings, end: string): RegExp {
  const groups = new Set<string>()
  const parts = lines.map((line) => linePattern(line, bindings, groups))
  return new RegExp(`^${parts.join('')}${end}`)
}

function linePattern(line: string, bindings: Bindings, groups: Set<string>): string {
  if (line === '<stack>') return `(?:${stackLine}\\n)*`
  if (line === '<help>') return '(?:[^\\n]*\\n)*?(?:[^\\n]*\\n|[^\\n]+$)'
  let pattern = ''
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    if (char === '\\') {
      const read = readEscape(line, at)
      if (read.endOfStream) return pattern
      pattern += literal(read.text)
      at += read.length - 1
    } else if (char === '<') {
      const placeholder = readPlaceholder(line.slice(at), bindings, groups)
      pattern += placeholder.pattern
      at += placeholder.length - 1
    } else {
      pattern += literal(char)
    }
  }
  return `${pattern}\\n`
}

function readPlaceholder(
  text: string,
  bindings: Bindings,
  groups: Set<string>,
): { pattern: string; length: number } {
  const set = /^<any-order:([^>]*)>/.exec(text)
  if (set !== null) return { pattern: anyOrder(set[1]!.trim().split(', ')), length: set[0].length }
  const [whole, kind, name] = /^<(host:port|[a-z0-9-]+)(?::([\w-]+))?>/.exec(text) ?? []
  const source = kind === undefined ? undefined : placeholders[kind]
  if (whole === undefined || source === undefined) {
    throw new Error(`"${text.slice(0, 40)}" is no placeholder (a plain < is written \\<)`)
  }
  if (name === undefined) return { pattern: source, length: whole.length }
  const bound = bindings.get(whole.slice(1, -1))
  if (bound !== undefined) return { pattern: literal(bound), length: whole.length }
  const group = groupName(whole.slice(1, -1))
  if (groups.has(group)) return { pattern: `\\k<${group}>`, length: whole.length }
  groups.add(group)
  return { pattern: `(?<${group}>${source})`, length: whole.length }
}

/** The items in any order, joined by commas: each of them once, as look-aheads over the whole list. */
function anyOrder(items: readonly string[]): string {
  const item = items.map(literal).join('|')
  const each = items
    .map((one) => `(?=(?:(?:${item}), )*${literal(one)}(?:, (?:${item}))*)`)
    .join('')
  return `${each}(?:${item})(?:, (?:${item})){${items.length - 1}}`
}

// Group names of regular expressions know no dash or colon: each becomes its code.
function groupName(name: string): string {
  return `p_${name.replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0)}_`)}`
}

function bind(match: RegExpExecArray | null, bindings: Bindings): void {
  for (const [group, value] of Object.entries(match?.groups ?? {})) {
    const name = group
      .slice(2)
      .replace(/_(\d+)_/g, (_, code: string) => String.fromCharCode(Number(code)))
    bindings.set(name, value)
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replace(/\n/g, '\\n')
}

function shownLines(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop()!
  return [...lines.map(shown), ...(last === '' ? [] : [`${shown(last)}\\c`])]
}

/** A line as a transcript writes it. */
function shown(line: string): string {
  const escaped = Buffer.from(line, 'latin1')
    .toString('utf8')
    .replace(/\\/g, '\\\\')
    .replace(/\r/g, '\\r')
    .replace(
      /[\x00-\x08\x0b-\x1f\x7f]/g,
      (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
  return /[ \t]$/.test(escaped) ? `${escaped}\\` : escaped
}

const eventStart = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] [A-Z]+ /
const clientLogger = /\(org\.apache\.kafka\.(?:clients|common)\.[^)]*\)$/

/** Drops the WARN events of Kafka's Java client from stderr: their number depends on timing, so nobody recorded them. */
export function withoutClientWarnings(stderr: string): string {
  const lines = stderr.split('\n')
  const kept: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const end = clientWarningEnd(lines, at)
    if (end === null) kept.push(lines[at]!)
    else at = end
  }
  return kept.join('\n')
}

/** The last line of the client's WARN event that begins at `at`, null if none begins there. */
function clientWarningEnd(lines: readonly string[], at: number): number | null {
  if (!/^\[[^\]]*\] WARN /.test(lines[at]!) || !eventStart.test(lines[at]!)) return null
  let end = at
  while (!/ \([\w.$]+\)$/.test(lines[end]!)) {
    end++
    if (end >= lines.length || eventStart.test(lines[end]!)) return null
  }
  if (!clientLogger.test(lines[end]!)) return null
  return end
}
