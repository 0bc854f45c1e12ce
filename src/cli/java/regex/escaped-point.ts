import { charAt, fail, type Reader } from './reader.ts'

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
