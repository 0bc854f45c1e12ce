import { dot, end, single, start } from './atoms.ts'
import { parseClass } from './classes.ts'
import { parseEscape } from './escapes.ts'
import { parseGroup } from './groups.ts'
import { quantified } from './quantifiers.ts'
import { fail, peek, type Reader } from './reader.ts'

/**
 * Reads java.util.regex syntax and writes the same expression in JavaScript's, from left to right. The state of the inline
 * flags (`(?i)` …) is applied while writing, because JavaScript has no such flags for a part of an expression.
 */
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
