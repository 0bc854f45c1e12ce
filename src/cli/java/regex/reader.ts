/** What reads an expression from left to right, and what every part of it needs. */
import { patternSyntaxError } from './pattern.ts'

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
