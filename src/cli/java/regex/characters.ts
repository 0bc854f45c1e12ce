/**
 * Sets of characters in JavaScript's notation for classes under the `v` flag, as java.util.regex.Pattern defines them:
 * without UNICODE_CHARACTER_CLASS the short ones are ASCII.
 */
export const shorthands: { readonly [letter: string]: string } = {
  d: '0-9',
  s: '\\u{9}-\\u{d}\\u{20}',
  w: 'a-zA-Z0-9_',
  h: '\\u{20}\\u{9}\\u{a0}\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}',
  v: '\\u{a}-\\u{d}\\u{85}\\u{2028}\\u{2029}',
}

export const lineTerminators = '\\n\\r\\u{85}\\u{2028}\\u{2029}'
export const lineBreak = `(?:\\r\\n|[${shorthands.v}])`

const posix: { readonly [name: string]: string } = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\u{0}-\\u{7f}',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '\\u{21}-\\u{2f}\\u{3a}-\\u{40}\\u{5b}-\\u{60}\\u{7b}-\\u{7e}',
  Graph: '\\u{21}-\\u{7e}',
  Print: '\\u{20}-\\u{7e}',
  Blank: '\\u{20}\\u{9}',
  Cntrl: '\\u{0}-\\u{1f}\\u{7f}',
  XDigit: '0-9a-fA-F',
  Space: shorthands.s!,
  javaLowerCase: '\\p{Lowercase}',
  javaUpperCase: '\\p{Uppercase}',
  javaAlphabetic: '\\p{Alphabetic}',
  javaLetter: '\\p{L}',
  javaDigit: '\\p{Nd}',
  javaLetterOrDigit: '\\p{L}\\p{Nd}',
  javaWhitespace:
    '\\u{9}-\\u{d}\\u{1c}-\\u{20}\\u{1680}\\u{2000}-\\u{2006}\\u{2008}-\\u{200a}\\u{2028}\\u{2029}\\u{205f}\\u{3000}',
  L1: '\\u{0}-\\u{ff}',
  LD: '\\p{L}\\p{Nd}',
  LC: '\\p{Lu}\\p{Ll}\\p{Lt}',
}

/** The inside of a class for `\p{name}`, or undefined where Java knows no such property. */
export function propertyClass(name: string): string | undefined {
  const own = Object.hasOwn(posix, name) ? posix[name] : undefined
  if (own !== undefined) return own
  const [key, value] = name.split('=', 2) as [string, string | undefined]
  const candidates =
    value === undefined
      ? [name.replace(/^Is/, ''), `Script=${name.replace(/^Is/, '')}`]
      : [`${/^(sc|script)$/i.test(key) ? 'Script' : 'General_Category'}=${value}`]
  return candidates.map((each) => `\\p{${each}}`).find(isClass)
}

function isClass(text: string): boolean {
  try {
    new RegExp(`[${text}]`, 'v')
    return true
  } catch {
    return false
  }
}

/** One character, so written that it has no other meaning anywhere. */
export function literal(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`
}

/** A range inside a class; when case does not count, the other case of its ASCII letters too, as in Java. */
export function range(from: number, to: number, ignoreCase: boolean): string {
  const plain = from === to ? literal(from) : `${literal(from)}-${literal(to)}`
  if (!ignoreCase) return plain
  return plain + otherCase(from, to, 0x41, 0x20) + otherCase(from, to, 0x61, -0x20)
}

const letters = 25

function otherCase(from: number, to: number, first: number, distance: number): string {
  const start = Math.max(from, first)
  const end = Math.min(to, first + letters)
  return start > end ? '' : `${literal(start + distance)}-${literal(end + distance)}`
}
