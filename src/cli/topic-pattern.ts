import { JavaError } from './java/errors.ts'
import { javaPattern } from './java/regex/pattern.ts'

/** A comma stands for "or", blanks and quotes around it do not count: `a,b` means both topics. */
export function topicPattern(text: string): { matches(name: string): boolean } {
  const pattern = text
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+/, '')
    .replace(/["']+$/, '')
  try {
    return javaPattern(pattern)
  } catch (cause) {
    if (!(cause instanceof JavaError)) throw cause
    throw new JavaError('java.lang.RuntimeException', `${pattern} is an invalid regex.`)
  }
}
