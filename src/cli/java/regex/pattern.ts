import { JavaError } from '../errors.ts'
import { parsePattern } from './parse.ts'

/**
 * A regular expression in the syntax of java.util.regex, which is what --topic and --include take. Throws Java's
 * PatternSyntaxException, with its text, for what is none.
 */
export function javaPattern(source: string): JavaPattern {
  const translated = parsePattern(source)
  const regex = new RegExp(`^(?:${translated})$`, 'v')
  return {
    matches: (whole) => regex.test(whole),
    split: (text) => split(text, new RegExp(translated, 'gv')),
  }
}

export type JavaPattern = {
  matches(whole: string): boolean
  /** Pieces between what matches; empty ones at the end are dropped, and none comes of an empty match at the start. */
  split(text: string): string[]
}

function split(text: string, regex: RegExp): string[] {
  const pieces: string[] = []
  let start = 0
  for (const match of text.matchAll(regex)) {
    const end = match.index + match[0].length
    if (end === 0 || (match[0] === '' && match.index === text.length)) continue
    pieces.push(text.slice(start, match.index))
    start = end
  }
  if (pieces.length === 0) return [text]
  pieces.push(text.slice(start))
  while (pieces.at(-1) === '') pieces.pop()
  return pieces
}

export function patternSyntaxError(description: string, source: string, index: number): JavaError {
  const where = index >= 0 ? ` near index ${index}` : ''
  const marked = index >= 0 && index < source.length
  const indent = source.slice(0, Math.max(index, 0)).replaceAll(/[^\t]/g, ' ')
  const pointer = marked ? `\n${indent}^` : ''
  return new JavaError(
    'java.util.regex.PatternSyntaxException',
    `${description}${where}\n${source}${pointer}`,
  )
}
