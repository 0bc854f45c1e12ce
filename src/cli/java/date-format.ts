import { illegalArgument } from './errors.ts'

const two = (value: number) => String(value).padStart(2, '0')
const three = (value: number) => String(value).padStart(3, '0')

/** Letters of Java's SimpleDateFormat; each takes the count of its repetitions. */
const letters: { readonly [letter: string]: (at: Date, count: number) => string } = {
  y: (at, count) => (count === 2 ? two(at.getFullYear() % 100) : padded(at.getFullYear(), count)),
  M: (at, count) => padded(at.getMonth() + 1, count),
  d: (at, count) => padded(at.getDate(), count),
  H: (at, count) => padded(at.getHours(), count),
  k: (at, count) => padded(at.getHours() || 24, count),
  h: (at, count) => padded(at.getHours() % 12 || 12, count),
  K: (at, count) => padded(at.getHours() % 12, count),
  m: (at, count) => padded(at.getMinutes(), count),
  s: (at, count) => padded(at.getSeconds(), count),
  S: (at, count) =>
    count >= 3
      ? three(at.getMilliseconds()).padStart(count, '0')
      : padded(at.getMilliseconds(), count),
  a: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
}

const padded = (value: number, count: number) => String(value).padStart(count, '0')

/** A pattern of Java's SimpleDateFormat, as far as it is about numbers; text stands in single quotes. */
export function dateFormat(pattern: string): (ms: number) => string {
  const parts = pattern.match(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+/g) ?? []
  const writers = parts.map((part): ((at: Date) => string) => {
    if (part.startsWith("'")) {
      const text = part === "''" ? "'" : part.slice(1, -1).replaceAll("''", "'")
      return () => text
    }
    if (!/^[A-Za-z]/.test(part)) return () => part
    const letter = Object.hasOwn(letters, part[0]!) ? letters[part[0]!] : undefined
    if (letter === undefined) throw illegalArgument(`Illegal pattern character '${part[0]}'`)
    return (at) => letter(at, part.length)
  })
  return (ms) => {
    const at = new Date(ms)
    return writers.map((write) => write(at)).join('')
  }
}
