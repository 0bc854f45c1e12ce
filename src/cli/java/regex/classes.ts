import { propertyClass, range, shorthands } from './characters.ts'
import { escapedPoint } from './escaped-point.ts'
import { charAt, fail, peek, type Reader } from './reader.ts'

/**
 * `[…]`: unions, nested classes, negation and intersection (`&&`), written as a class under JavaScript's `v` flag, where
 * every operand of an intersection has brackets of its own.
 */
export function parseClass(reader: Reader): string {
  reader.at++
  const negated = charAt(reader, reader.at) === '^'
  if (negated) reader.at++
  const operands: string[] = []
  let members = ''
  let isFirst = true
  for (;;) {
    const char = peek(reader)
    if (char === '') fail(reader, 'Unclosed character class', reader.points.length - 1)
    if (char === ']' && !isFirst) break
    if (char === '&' && charAt(reader, reader.at + 1) === '&') {
      while (charAt(reader, reader.at) === '&') reader.at++
      if (members !== '') operands.push(`[${members}]`)
      members = ''
      isFirst = false
      continue
    }
    members += char === '[' ? parseClass(reader) : member(reader)
    isFirst = false
  }
  reader.at++
  if (members !== '') operands.push(`[${members}]`)
  if (operands.length === 0) fail(reader, 'Bad class syntax', reader.at - 2)
  return `[${negated ? '^' : ''}${operands.join('&&')}]`
}

function member(reader: Reader): string {
  const property = charAt(reader, reader.at) === '\\' ? classProperty(reader) : undefined
  if (property !== undefined) return property
  const from = point(reader)
  const next = charAt(reader, reader.at + 1)
  const isRange = charAt(reader, reader.at) === '-' && next !== ']' && next !== '['
  if (!isRange) return range(from, from, reader.flags.ignoreCase)
  reader.at++
  if (next === '') fail(reader, 'Illegal character range', reader.points.length)
  if (next === '\\' && /^[dDsSwWhHvVpP]$/.test(charAt(reader, reader.at + 1))) {
    fail(reader, 'Illegal character range', reader.at + 1)
  }
  const to = point(reader)
  if (to < from) fail(reader, 'Illegal character range', reader.at - 1)
  return range(from, to, reader.flags.ignoreCase)
}

function point(reader: Reader): number {
  if (charAt(reader, reader.at) === '\\') return escapedPoint(reader)
  return reader.points[reader.at++]!
}

/** `\d`, `\W`, `\p{Alpha}`, `\PL` as a class, and the reader behind it; undefined where something else stands. */
export function classProperty(reader: Reader): string | undefined {
  const letter = charAt(reader, reader.at + 1)
  const short = shorthandClass(letter)
  if (short !== undefined) {
    reader.at += 2
    return short
  }
  if (letter !== 'p' && letter !== 'P') return undefined
  reader.at += 2
  const name = propertyName(reader)
  const inside = propertyClass(name)
  if (inside === undefined) {
    fail(reader, `Unknown character property name {${name}}`, reader.at - 1)
  }
  return letter === 'p' ? `[${inside}]` : `[^${inside}]`
}

function propertyName(reader: Reader): string {
  const first = charAt(reader, reader.at++)
  if (first !== '{') return first
  let name = ''
  for (;;) {
    const char = charAt(reader, reader.at++)
    if (char === '') fail(reader, 'Unclosed character family', reader.points.length - 1)
    if (char === '}') return name
    name += char
  }
}

function shorthandClass(letter: string): string | undefined {
  const lower = letter.toLowerCase()
  const inside = Object.hasOwn(shorthands, lower) ? shorthands[lower] : undefined
  if (inside === undefined) return undefined
  return letter === lower ? `[${inside}]` : `[^${inside}]`
}
