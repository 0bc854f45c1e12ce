/**
 * Says whether a text is a regular expression in the syntax of RE2, as Google's RE2/J reads it, and if not why, in its words.
 * Source: the syntax page of RE2 (github.com/google/re2/wiki/Syntax).
 */
export function re2Fault(pattern: string): string | null {
  const reader: Reader = { points: [...pattern], at: 0, names: new Set() }
  try {
    alternatives(reader)
    // A parenthesis that nobody opened ends the reading too early; RE2/J has no better word for it.
    return reader.at < reader.points.length ? 'regexp/syntax: internal error' : null
  } catch (fault) {
    if (fault instanceof Fault) return fault.message
    throw fault
  }
}

class Fault extends Error {}

const badClass = 'invalid character class range'
const badEscape = 'invalid escape sequence'
const badCapture = 'invalid named capture'
const nothingToRepeat = 'missing argument to repetition operator'

type Reader = { readonly points: readonly string[]; at: number; readonly names: Set<string> }

const rest = ({ points, at }: Reader) => points.slice(at).join('')
const advance = (reader: Reader, text: string) => {
  reader.at += [...text].length
}

function alternatives(reader: Reader): void {
  for (;;) {
    const char = reader.points[reader.at]
    if (char === undefined || char === ')') return
    if (char === '|') reader.at++
    else piece(reader, char)
  }
}

/** One atom and what repeats it. */
function piece(reader: Reader, char: string): void {
  if (/^[*+?]$/.test(char)) throw new Fault(nothingToRepeat)
  const isRepeatable = atom(reader, char)
  for (let isRepeated = false; repetition(reader); isRepeated = true) {
    // Flags alone leave nothing behind that could be repeated.
    if (!isRepeatable) throw new Fault(nothingToRepeat)
    if (isRepeated) throw new Fault('invalid nested repetition operator')
  }
}

function repetition(reader: Reader): boolean {
  const char = reader.points[reader.at] ?? ''
  if (/^[*+?]$/.test(char)) reader.at++
  else if (!counted(reader)) return false
  if (reader.points[reader.at] === '?') reader.at++
  return true
}

const repeatMax = 1000

/** `{2}`, `{2,}`, `{2,5}`; anything else in braces is literal text. */
function counted(reader: Reader): boolean {
  const match = /^\{(\d+)(?:,(\d*))?\}/.exec(rest(reader))
  if (match === null) return false
  const least = Number(match[1])
  const most = match[2] === undefined || match[2] === '' ? least : Number(match[2])
  if (least > repeatMax || most > repeatMax || most < least) throw new Fault('invalid repeat count')
  advance(reader, match[0])
  return true
}

/** False for flags alone. */
function atom(reader: Reader, char: string): boolean {
  if (char === '(') return group(reader)
  if (char === '[') characterClass(reader)
  else if (char === '\\') escaped(reader)
  else reader.at++
  return true
}

const named = /^\(\?P?<([^>]*)>/
const flagged = /^\(\?[imsU]*(?:-[imsU]+)?([:)])/

function group(reader: Reader): boolean {
  const text = rest(reader)
  if (text.startsWith('(?')) {
    const name = named.exec(text)
    const flags = flagged.exec(text)
    if (name === null && flags === null) {
      throw new Fault(/^\(\?P?</.test(text) ? badCapture : 'invalid or unsupported Perl syntax')
    }
    if (name !== null) nameGroup(reader, name[1]!)
    advance(reader, (name ?? flags)![0])
    if (flags?.[1] === ')') return false
  } else reader.at++
  alternatives(reader)
  if (reader.points[reader.at] !== ')') throw new Fault('missing closing )')
  reader.at++
  return true
}

function nameGroup({ names }: Reader, name: string): void {
  if (!/^[A-Za-z0-9_]+$/.test(name)) throw new Fault(badCapture)
  if (names.has(name)) throw new Fault('duplicate capture group name')
  names.add(name)
}

const posixName =
  /^\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/

function characterClass(reader: Reader): void {
  reader.at++
  if (reader.points[reader.at] === '^') reader.at++
  for (let isFirst = true; ; isFirst = false) {
    const char = reader.points[reader.at]
    if (char === undefined) throw new Fault('missing closing ]')
    if (char === ']' && !isFirst) break
    member(reader)
  }
  reader.at++
}

function member(reader: Reader): void {
  const posix = posixName.exec(rest(reader))
  if (posix !== null) return advance(reader, posix[0])
  if (/^\[:.*?:\]/s.test(rest(reader))) throw new Fault(badClass)
  if (isSet(reader)) return escaped(reader)
  const from = single(reader)
  const next = reader.points[reader.at + 1]
  if (reader.points[reader.at] !== '-' || next === ']' || next === undefined) return
  reader.at++
  if (single(reader) < from) throw new Fault(badClass)
}

const isSet = (reader: Reader) => /^\\[dDsSwWpP]/.test(rest(reader))

/** One character of a class. */
function single(reader: Reader): number {
  const char = reader.points[reader.at]
  if (char === undefined) throw new Fault('missing closing ]')
  if (char === '\\') return codePoint(reader)
  reader.at++
  return char.codePointAt(0)!
}

function escaped(reader: Reader): void {
  const char = reader.points[reader.at + 1] ?? ''
  if (/^[dDsSwWAbBz]$/.test(char)) reader.at += 2
  else if (char === 'Q') quoted(reader)
  else if (char === 'p' || char === 'P') unicodeClass(reader)
  else codePoint(reader)
}

function quoted(reader: Reader): void {
  advance(reader, /^\\Q.*?(?:\\E|$)/s.exec(rest(reader))![0])
}

const codePointMax = 0x10ffff
const controls = 'afnrtv'

/** The character that an escape stands for. A single digit would be a back reference, which RE2 does not have. */
function codePoint(reader: Reader): number {
  const text = rest(reader)
  if (text.length === 1) throw new Fault('trailing backslash at end of expression')
  const numeric =
    /^\\(?:(?<octal>[1-7][0-7]{1,2}|0[0-7]{0,2})|x(?<two>[0-9a-fA-F]{2})|x\{(?<hex>[0-9a-fA-F]+)\})/.exec(
      text,
    )
  if (numeric !== null) {
    const { octal, two, hex } = numeric.groups!
    const point =
      octal === undefined ? Number.parseInt((two ?? hex)!, 16) : Number.parseInt(octal, 8)
    if (point > codePointMax) throw new Fault(badEscape)
    advance(reader, numeric[0])
    return point
  }
  const char = reader.points[reader.at + 1]!
  reader.at += 2
  // Punctuation stands for itself; letters and digits without a meaning are refused.
  if (/^[0-9A-Za-z]$/.test(char) && !controls.includes(char)) throw new Fault(badEscape)
  return controls.includes(char)
    ? [7, 12, 10, 13, 9, 11][controls.indexOf(char)]!
    : char.codePointAt(0)!
}

function unicodeClass(reader: Reader): void {
  const match = /^\\[pP](?:\{\^?([^}]*)\}|([^{]))/su.exec(rest(reader))
  if (match === null || !isUnicodeClass(match[1] ?? match[2]!)) throw new Fault(badClass)
  advance(reader, match[0])
}

function isUnicodeClass(name: string): boolean {
  if (name === 'Any') return true
  return [`\\p{Script=${name}}`, `\\p{General_Category=${name}}`].some((text) => {
    try {
      return new RegExp(text, 'u') !== null
    } catch {
      return false
    }
  })
}
