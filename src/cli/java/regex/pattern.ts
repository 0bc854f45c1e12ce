import { JavaError } from '../errors.ts'
import { parsePattern } from './parse.ts'

/**
 * A regular expression in the syntax of java.util.regex, which is what --topic and --include take. Throws Java's
 * PatternSyntaxException, with its text, for what is none.
 */
export function javaPattern(source: string): { matches(whole: string): boolean } {
  const translated = parsePattern(source)
  const regex = new RegExp(`^(?:${translated})$`, 'v')
  return { matches: (whole) => regex.test(whole) }
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
