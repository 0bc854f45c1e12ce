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
    tokens: (text) => tokens(text, translated),
  }
}

export type JavaPattern = {
  matches(whole: string): boolean
  /** Pieces between what matches; empty ones at the end are dropped, and none comes of an empty match at the start. */
  split(text: string): string[]
  /** What java.util.Scanner finds with this as its delimiter: one delimiter before each token is skipped. */
  tokens(text: string): string[]
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

function tokens(text: string, translated: string): string[] {
  const [here, next] = [new RegExp(translated, 'vy'), new RegExp(translated, 'gv')]
  const found: string[] = []
  for (let at = 0; ; ) {
    here.lastIndex = at
    at += here.exec(text)?.[0].length ?? 0
    if (at >= text.length) return found
    next.lastIndex = at
    let match = next.exec(text)
    // A delimiter of nothing where the token begins would end it before it began.
    if (match !== null && match[0] === '' && match.index === at) {
      next.lastIndex = at + 1
      match = next.exec(text)
    }
    const end = match?.index ?? text.length
    found.push(text.slice(at, end))
    at = end
  }
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
