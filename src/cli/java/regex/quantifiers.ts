import { charAt, fail, peek, type Reader } from './reader.ts'

/** What stands behind an atom: how often, and greedy, reluctant or possessive. */
export function quantified(reader: Reader, atom: string): string {
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
