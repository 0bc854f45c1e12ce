import { groupName } from './escapes.ts'
import { parseAlternatives } from './parse.ts'
import { atomic } from './quantifiers.ts'
import { charAt, type Flags, fail, peek, type Reader } from './reader.ts'

/** `(…)` in all its kinds; the reader stands on the parenthesis. Flags alone, `(?i)`, cannot be repeated. */
export function parseGroup(reader: Reader): { text: string; quantifiable: boolean } {
  reader.at++
  if (charAt(reader, reader.at) !== '?') return captured(reader)
  const kind = charAt(reader, ++reader.at)
  reader.at++
  switch (kind) {
    case ':':
      return closed(reader, '(?:')
    case '=':
    case '!':
      return closed(reader, `(?${kind}`)
    case '>': {
      const inside = closed(reader, '(?:').text
      return { text: `(?:${atomic(reader, inside)})`, quantifiable: true }
    }
    case '<':
      return lookBehindOrName(reader)
    default:
      reader.at--
      return inlineFlags(reader)
  }
}

function captured(reader: Reader): { text: string; quantifiable: boolean } {
  const group = ++reader.groups
  return closed(reader, `(?<g${group}>`)
}

function closed(reader: Reader, opening: string): { text: string; quantifiable: boolean } {
  const inside = parseAlternatives(reader)
  if (peek(reader) !== ')') fail(reader, 'Unclosed group', reader.at)
  reader.at++
  // In JavaScript a lookaround takes no quantifier; in Java it does.
  return {
    text: /^\(\?<?[=!]/.test(opening) ? `(?:${opening}${inside}))` : `${opening}${inside})`,
    quantifiable: true,
  }
}

function lookBehindOrName(reader: Reader): { text: string; quantifiable: boolean } {
  const next = charAt(reader, reader.at)
  if (next === '=' || next === '!') {
    reader.at++
    return closed(reader, `(?<${next}`)
  }
  const name = groupName(reader)
  if (reader.names.has(name)) {
    fail(reader, `Named capturing group <${name}> is already defined`, reader.at - 1)
  }
  const group = captured(reader)
  reader.names.set(name, reader.groups)
  return group
}

const flagNames: { readonly [letter: string]: keyof Flags | null } = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'comments',
  d: 'unixLines',
  // Case and classes beyond ASCII: taken, without effect.
  u: null,
  U: null,
}

function inlineFlags(reader: Reader): { text: string; quantifiable: boolean } {
  const outer = reader.flags
  let flags = outer
  let on = true
  for (;;) {
    const char = charAt(reader, reader.at++)
    if (char === ')') {
      reader.flags = flags
      return { text: '', quantifiable: false }
    }
    if (char === ':') {
      reader.flags = flags
      const group = closed(reader, '(?:')
      reader.flags = outer
      return group
    }
    if (char === '-' && on) on = false
    else if (Object.hasOwn(flagNames, char)) {
      const name = flagNames[char]
      if (name != null) flags = { ...flags, [name]: on }
    } else fail(reader, 'Unknown inline modifier', reader.at - 1)
  }
}
