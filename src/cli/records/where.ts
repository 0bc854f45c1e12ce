/**
 * A condition on records, as `--where` takes it: a part of the record, an operator, and what it is compared with.
 *
 *   key=user-1        value~^ERROR       header.trace!=abc      partition<3      timestamp>=1764056400000
 *   $.user.age>=18    $.tags[0]=red      $.error                (a part alone: it is there, and not null)
 *
 * Operators: `=` `!=` `<` `<=` `>` `>=`, and `~` `!~` for regular expressions. Numbers are compared as numbers where both sides
 * are numbers, else as text. Of several headers with one name any may fit; `!=` and `!~` say that none does.
 */
import { recordHeaders, recordKey, recordValue } from '../../protocol/batch/reader.ts'
import { UsageError } from '../options/checks.ts'
import type { RecordView } from './record-view.ts'

export type Condition = (record: RecordView) => boolean

type Candidate = string | number | boolean | bigint | null | object
/** What stands in a record at some place: nothing, or (headers) several. */
type Field = (record: RecordView) => readonly Candidate[]

const shape =
  /^(key|value|partition|offset|timestamp|headers?\.[^=!<>~]+|\$[^=!<>~]*)\s*(?:(=|==|!=|~|!~|<=|>=|<|>)\s*(.*))?$/s

/** Throws a UsageError that says how a condition is written. */
export function parseWhere(text: string): Condition {
  const match = shape.exec(text.trim())
  if (match === null) throw refused(text)
  const [, left, operator, right] = match as unknown as [string, string, string?, string?]
  const field = fieldOf(left.trimEnd(), text)
  if (operator === undefined) return (record) => field(record).some((each) => each !== null)
  const wanted = unquoted(right!)
  const isNegative = operator.startsWith('!')
  const fits = comparison(isNegative ? operator.slice(1) : operator, wanted, text)
  return (record) => field(record).some(fits) !== isNegative
}

function comparison(
  operator: string,
  wanted: string,
  condition: string,
): (candidate: Candidate) => boolean {
  if (operator === '~') {
    const pattern = regularExpression(wanted, condition)
    return (candidate) => candidate !== null && pattern.test(textOf(candidate))
  }
  const number = numberOf(wanted)
  if (operator === '=' || operator === '==') {
    return (candidate) =>
      textOf(candidate) === wanted ||
      (typeof candidate === 'number' && number !== null && candidate === number)
  }
  return (candidate) => {
    if (candidate === null) return false
    const own = numberOf(candidate)
    const order =
      own !== null && number !== null ? own - number : compareText(textOf(candidate), wanted)
    if (operator === '<') return order < 0
    if (operator === '<=') return order <= 0
    return operator === '>' ? order > 0 : order >= 0
  }
}

function fieldOf(name: string, condition: string): Field {
  switch (name) {
    case 'key':
      return ({ cursor }) => [partText(recordKey(cursor))]
    case 'value':
      return ({ cursor }) => [partText(recordValue(cursor))]
    case 'partition':
      return ({ partition }) => [partition]
    case 'offset':
      return ({ cursor }) => [cursor.offset()]
    case 'timestamp':
      return ({ cursor }) => [cursor.timestamp()]
  }
  if (name.startsWith('$')) return jsonField(name, condition)
  const header = name.slice(name.indexOf('.') + 1)
  return ({ cursor }) =>
    recordHeaders(cursor)
      .filter(({ key }) => key === header)
      .map(({ value }) => partText(value))
}

/** `$.a.b[0]` and `$["a b"]` in a value that is JSON. Where there is no such place, or no JSON, there is no candidate. */
function jsonField(path: string, condition: string): Field {
  const steps = pathSteps(path.slice(1), condition)
  return ({ cursor }) => {
    const value = recordValue(cursor)
    if (value === null) return []
    let at: unknown
    try {
      at = JSON.parse(bufferOf(value).toString())
    } catch {
      return []
    }
    for (const step of steps) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return []
      at = (at as Record<string, unknown>)[step]
    }
    return [at as Candidate]
  }
}

function pathSteps(path: string, condition: string): string[] {
  const steps: string[] = []
  const step = /\.([\w-]+)|\[(\d+)\]|\["([^"]*)"\]/y
  while (step.lastIndex < path.length) {
    const match = step.exec(path)
    if (match === null) throw refused(condition)
    steps.push(match[1] ?? match[2] ?? match[3]!)
  }
  return steps
}

export function regularExpression(source: string, option: string): RegExp {
  try {
    return new RegExp(source, 'u')
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message} (in "${option}")`, { withHelp: false, cause })
  }
}

function refused(text: string): UsageError {
  return new UsageError(
    `--where takes a part of the record, an operator and a text (key=a, header.trace!=b, $.user.age>=18, value~^E), not "${text}"`,
    { withHelp: false },
  )
}

const unquoted = (text: string): string => /^"(.*)"$/s.exec(text)?.[1] ?? text

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const partText = (part: Uint8Array | null): string | null =>
  part === null ? null : bufferOf(part).toString()

const textOf = (candidate: Candidate): string =>
  typeof candidate === 'object' ? JSON.stringify(candidate) : String(candidate)

const numeric = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i

function numberOf(candidate: Candidate): number | null {
  if (typeof candidate === 'number') return candidate
  if (typeof candidate === 'bigint') return Number(candidate)
  return typeof candidate === 'string' && numeric.test(candidate) ? Number(candidate) : null
}

function compareText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
