import { lineBreak, lineTerminators, literal, range, shorthands } from './characters.ts'
import { classProperty, parseClass } from './classes.ts'
import { parseGroup } from './groups.ts'
import { patternSyntaxError } from './pattern.ts'

/**
 * Reads java.util.regex syntax and writes the same expression in JavaScript's, from left to right. The state of the inline
 * flags (`(?i)` …) is applied while writing, because JavaScript has no such flags for a part of an expression.
 */
export type Reader = {
  /** Code points; surrogates never stand apart. */
  readonly points: readonly number[]
  readonly source: string
  at: number
  flags: Flags
  /** Capturing groups so far; in JavaScript they are named g1, g2 …, because atomic groups need some of their own. */
  groups: number
  readonly names: Map<string, number>
  atomics: number
}

export type Flags = {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly comments: boolean
  readonly unixLines: boolean
}

export function parsePattern(source: string): string {
  const reader: Reader = {
    points: [...unquoted(source)].map((each) => each.codePointAt(0)!),
    source,
    at: 0,
    flags: {
      ignoreCase: false,
      multiline: false,
      dotAll: false,
      comments: false,
      unixLines: false,
    },
    groups: 0,
    names: new Map(),
    atomics: 0,
  }
  const text = parseAlternatives(reader)
  if (reader.at < reader.points.length) fail(reader, "Unmatched closing ')'", reader.at - 1)
  return text
}

// `\Q…\E` turns into escaped characters before anything else is read, as in Java.
function unquoted(source: string): string {
  return source.replaceAll(/\\Q(.*?)(?:\\E|$)|\\./gsu, (whole, quoted?: string) =>
    quoted === undefined ? whole : quoted.replaceAll(/[^a-zA-Z0-9\u0080-\u{10ffff}]/gu, '\\$&'),
  )
}

export function fail(reader: Reader, description: string, index: number): never {
  throw patternSyntaxError(description, reader.source, index)
}

export function peek(reader: Reader): string {
  if (reader.flags.comments) skipComments(reader)
  return charAt(reader, reader.at)
}

/** Empty behind the end. */
export function charAt(reader: Reader, at: number): string {
  const point = reader.points[at]
  return point === undefined ? '' : String.fromCodePoint(point)
}

function skipComments(reader: Reader): void {
  for (;;) {
    const char = charAt(reader, reader.at)
    if (/^[ \t\n\v\f\r]$/.test(char)) reader.at++
    else if (char === '#') {
      while (
        reader.at < reader.points.length &&
        !/[\n\r\u0085\u2028\u2029]/.test(charAt(reader, reader.at))
      ) {
        reader.at++
      }
    } else return
  }
}

/** Up to the closing parenthesis or the end. Flags that are switched on inside hold until there. */
export function parseAlternatives(reader: Reader): string {
  const outer = reader.flags
  let text = parseSequence(reader)
  while (peek(reader) === '|') {
    reader.at++
    text += `|${parseSequence(reader)}`
  }
  reader.flags = outer
  return text
}

function parseSequence(reader: Reader): string {
  let text = ''
  for (;;) {
    const char = peek(reader)
    if (char === '' || char === '|' || char === ')') return text
    text += parsePiece(reader, char)
  }
}

function parsePiece(reader: Reader, char: string): string {
  switch (char) {
    case '(': {
      const group = parseGroup(reader)
      return group.quantifiable ? quantified(reader, group.text) : group.text
    }
    case '[':
      return quantified(reader, parseClass(reader))
    case '\\':
      return quantified(reader, parseEscape(reader))
    case '^':
      reader.at++
      return quantified(reader, start(reader.flags))
    case '$':
      reader.at++
      return quantified(reader, end(reader.flags))
    case '.':
      reader.at++
      return quantified(reader, dot(reader.flags))
    case '*':
    case '+':
    case '?':
      return fail(reader, `Dangling meta character '${char}'`, reader.at)
    case '{':
      return fail(reader, 'Illegal repetition', reader.at + 1)
    default:
      reader.at++
      return quantified(reader, single(char.codePointAt(0)!, reader.flags))
  }
}

function single(point: number, { ignoreCase }: Flags): string {
  const inside = range(point, point, ignoreCase)
  return inside === literal(point) ? inside : `[${inside}]`
}

const terminators = ({ unixLines }: Flags) => (unixLines ? '\\n' : lineTerminators)

function dot(flags: Flags): string {
  return flags.dotAll ? '[^]' : `[^${terminators(flags)}]`
}

function start(flags: Flags): string {
  if (!flags.multiline) return '(?<![^])'
  return `(?:(?<![^])|(?<=[${terminators(flags)}])(?=[^]))`
}

function end(flags: Flags): string {
  const last = flags.unixLines ? '\\n' : `(?:\\r\\n|[${lineTerminators}])`
  if (!flags.multiline) return `(?=${last}?(?![^]))`
  return `(?=[${terminators(flags)}]|(?![^]))`
}

/** What stands behind an atom: how often, and greedy, reluctant or possessive. */
function quantified(reader: Reader, atom: string): string {
  const count = quantifier(reader)
  if (count === '') return atom
  const repeated = `(?:${atom})${count}`
  const next = peek(reader)
  if (next === '?') {
    reader.at++
    return `${repeated}?`
  }
  if (next === '+') {
    reader.at++
    return atomic(reader, repeated)
  }
  return repeated
}

/** Matched once and never given back: JavaScript does so inside a lookahead. */
export function atomic(reader: Reader, text: string): string {
  const name = `a${++reader.atomics}`
  return `(?=(?<${name}>${text}))\\k<${name}>`
}

function quantifier(reader: Reader): string {
  const char = peek(reader)
  if (char === '*' || char === '+' || char === '?') {
    reader.at++
    return char
  }
  return char === '{' ? counted(reader) : ''
}

const countMax = 0x7fffffff

function counted(reader: Reader): string {
  const open = reader.at
  if (!/^[0-9]$/.test(charAt(reader, open + 1))) fail(reader, 'Illegal repetition', open + 1)
  reader.at++
  const least = digits(reader)
  let most: number | undefined = least
  if (charAt(reader, reader.at) === ',') {
    reader.at++
    most = charAt(reader, reader.at) === '}' ? undefined : digits(reader)
  }
  if (charAt(reader, reader.at) !== '}') fail(reader, 'Unclosed counted closure', reader.at)
  if (most !== undefined && most < least) fail(reader, 'Illegal repetition range', reader.at)
  reader.at++
  return most === undefined ? `{${least},}` : `{${least},${most}}`
}

function digits(reader: Reader): number {
  let value = 0
  while (/^[0-9]$/.test(charAt(reader, reader.at))) {
    value = value * 10 + Number(charAt(reader, reader.at++))
    if (value > countMax) fail(reader, 'Illegal repetition range', reader.at - 1)
  }
  return value
}

function parseEscape(reader: Reader): string {
  const char = charAt(reader, reader.at + 1)
  const anchors: { readonly [letter: string]: string } = {
    A: '(?<![^])',
    z: '(?![^])',
    Z: end({ ...reader.flags, multiline: false }),
    b: '\\b',
    B: '\\B',
    G: '(?<![^])',
    R: lineBreak,
    X: '(?:\\P{M}\\p{M}*)',
  }
  if (Object.hasOwn(anchors, char)) {
    reader.at += 2
    return anchors[char]!
  }
  if (/^[1-9]$/.test(char)) return backReference(reader)
  if (char === 'k') return namedReference(reader)
  const property = classProperty(reader)
  if (property !== undefined) return `[${property}]`
  return single(escapedPoint(reader), reader.flags)
}

// As many digits as name a group that exists; one digit always does.
function backReference(reader: Reader): string {
  reader.at++
  let group = Number(charAt(reader, reader.at++))
  while (/^[0-9]$/.test(charAt(reader, reader.at))) {
    const longer = group * 10 + Number(charAt(reader, reader.at))
    if (longer > reader.groups) break
    group = longer
    reader.at++
  }
  // A group that is not there matches nothing, ever; JavaScript would let it match the empty text.
  return group > reader.groups ? '[]' : `(?:\\k<g${group}>)`
}

function namedReference(reader: Reader): string {
  reader.at += 2
  if (charAt(reader, reader.at) !== '<') {
    fail(reader, "\\k is not followed by '<' for named capturing group", reader.at)
  }
  reader.at++
  const name = groupName(reader)
  const group = reader.names.get(name)
  if (group === undefined) {
    fail(reader, `named capturing group <${name}> does not exist`, reader.at - 1)
  }
  return `(?:\\k<g${group}>)`
}

export function groupName(reader: Reader): string {
  let name = ''
  if (!/^[a-zA-Z]$/.test(charAt(reader, reader.at))) {
    fail(reader, 'capturing group name does not start with a Latin letter', reader.at)
  }
  while (/^[a-zA-Z0-9]$/.test(charAt(reader, reader.at))) name += charAt(reader, reader.at++)
  if (charAt(reader, reader.at++) !== '>') {
    fail(reader, "named capturing group is missing trailing '>'", reader.at - 1)
  }
  return name
}

const controls: { readonly [letter: string]: number } = {
  t: 9,
  n: 10,
  r: 13,
  f: 12,
  a: 7,
  e: 27,
}

/** The character that an escape stands for; the reader stands on the backslash and goes behind it. */
export function escapedPoint(reader: Reader): number {
  reader.at++
  const at = reader.at
  const char = charAt(reader, at)
  reader.at++
  if (char === '') fail(reader, 'Unexpected internal error', at)
  if (Object.hasOwn(controls, char)) return controls[char]!
  switch (char) {
    case '0':
      return octal(reader)
    case 'x':
      return hexadecimal(reader)
    case 'u':
      return fixedHex(reader, 4, 'Illegal Unicode escape sequence')
    case 'c': {
      const control = reader.points[reader.at++]
      if (control === undefined) fail(reader, 'Illegal control escape sequence', at)
      return control ^ 64
    }
    default:
      if (/^[a-zA-Z]$/.test(char)) fail(reader, 'Illegal/unsupported escape sequence', at)
      return reader.points[at]!
  }
}

function octal(reader: Reader): number {
  const text = /^(?:[0-3][0-7]{2}|[0-7]{1,2})/.exec(ahead(reader, 3))?.[0]
  if (text === undefined) fail(reader, 'Illegal octal escape sequence', reader.at)
  reader.at += text.length
  return Number.parseInt(text, 8)
}

function hexadecimal(reader: Reader): number {
  if (charAt(reader, reader.at) !== '{') {
    return fixedHex(reader, 2, 'Illegal hexadecimal escape sequence')
  }
  reader.at++
  let text = ''
  while (/^[0-9a-fA-F]$/.test(charAt(reader, reader.at))) text += charAt(reader, reader.at++)
  const point = Number.parseInt(text, 16)
  if (point > 0x10ffff) fail(reader, 'Hexadecimal codepoint is too big', reader.at - 1)
  if (charAt(reader, reader.at) !== '}') {
    fail(reader, 'Unclosed hexadecimal escape sequence', reader.at - 1)
  }
  reader.at++
  return point
}

function fixedHex(reader: Reader, size: number, fault: string): number {
  const text = /^[0-9a-fA-F]*/.exec(ahead(reader, size))![0]
  if (text.length < size) fail(reader, fault, reader.at + text.length)
  reader.at += size
  return Number.parseInt(text, 16)
}

function ahead(reader: Reader, size: number): string {
  return String.fromCodePoint(...reader.points.slice(reader.at, reader.at + size))
}

export function shorthandClass(letter: string): string | undefined {
  const lower = letter.toLowerCase()
  const inside = Object.hasOwn(shorthands, lower) ? shorthands[lower] : undefined
  if (inside === undefined) return undefined
  return letter === lower ? `[${inside}]` : `[^${inside}]`
}
