/** Java's SimpleDateFormat, as it writes moments in the language and the calendar of the United States: Java's own where none is set. */
import { illegalArgument } from './errors.ts'

type Write = (at: Date, count: number) => string

const padded = (value: number, count: number) => String(value).padStart(count, '0')
const year = (value: number, count: number) =>
  count === 2 ? padded(value % 100, 2) : padded(value, count)

const dayMs = 86_400_000
const weekDays = 7
const midnight = (at: Date) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate())
const dayOfYear = (at: Date) => (midnight(at) - Date.UTC(at.getFullYear(), 0, 1)) / dayMs + 1

/** A week begins on Sunday, and the one with the first day of a year or a month is its first. */
const week = (dayNumber: number, weekday: number) =>
  Math.ceil((dayNumber + weekDays - 1 - weekday) / weekDays)

const saturday = 6
/** The last week of December belongs to the next year where that begins in it. */
const weekEnd = (at: Date) =>
  new Date(at.getFullYear(), at.getMonth(), at.getDate() + saturday - at.getDay())
const weekOfYear = (at: Date) =>
  weekEnd(at).getFullYear() > at.getFullYear() ? 1 : week(dayOfYear(at), at.getDay())

const named = (at: Date, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', options).format(at)
const length = (count: number) => (count >= 4 ? 'long' : 'short')

const month: Write = (at, count) =>
  count < 3 ? padded(at.getMonth() + 1, count) : named(at, { month: length(count) })

const zoneName: Write = (at, count) => {
  const name = locales
    .map((locale) => zoneNameIn(locale, at, count))
    .find((each) => !plain.test(each))
  if (name !== undefined) return name
  const { sign, hours, minutes } = offset(at)
  return `GMT${sign}${hours}:${minutes}`
}

// Java knows the short names of all zones; in ICU each kind of English knows those of its own part of the world.
const locales = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-ZA', 'en-NZ']
const plain = /^GMT[+-]|^$/

function zoneNameIn(locale: string, at: Date, count: number): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: length(count) }).formatToParts(at)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

function offset(at: Date): { sign: string; hours: string; minutes: string } {
  const ahead = -at.getTimezoneOffset()
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60]
  return { sign: ahead < 0 ? '-' : '+', hours: padded(hours, 2), minutes: padded(minutes, 2) }
}

const isoZone: Write = (at, count) => {
  const { sign, hours, minutes } = offset(at)
  if (at.getTimezoneOffset() === 0) return 'Z'
  if (count === 1) return `${sign}${hours}`
  return `${sign}${hours}${count === 2 ? '' : ':'}${minutes}`
}

/** Each takes how often the letter stood there. */
const letters: { readonly [letter: string]: Write } = {
  G: () => 'AD',
  y: (at, count) => year(at.getFullYear(), count),
  Y: (at, count) => year(weekEnd(at).getFullYear(), count),
  M: month,
  L: month,
  w: (at, count) => padded(weekOfYear(at), count),
  W: (at, count) => padded(week(at.getDate(), at.getDay()), count),
  D: (at, count) => padded(dayOfYear(at), count),
  d: (at, count) => padded(at.getDate(), count),
  F: (at, count) => padded(Math.ceil(at.getDate() / weekDays), count),
  E: (at, count) => named(at, { weekday: length(count) }),
  u: (at, count) => padded(at.getDay() || weekDays, count),
  a: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
  H: (at, count) => padded(at.getHours(), count),
  k: (at, count) => padded(at.getHours() || 24, count),
  K: (at, count) => padded(at.getHours() % 12, count),
  h: (at, count) => padded(at.getHours() % 12 || 12, count),
  m: (at, count) => padded(at.getMinutes(), count),
  s: (at, count) => padded(at.getSeconds(), count),
  S: (at, count) => padded(at.getMilliseconds(), count),
  z: zoneName,
  Z: (at) => Object.values(offset(at)).join(''),
  X: isoZone,
}

// A quote, a text in quotes, one letter again and again, or what stands for itself; what is left is a quote that does not end.
const pieces = /''|'(?:[^']|'')+'|([A-Za-z])\1*|[^A-Za-z']+|'.*/gs
const isoLettersMax = 3

/** What writes moments by a pattern; a pattern that Java refuses is refused in its words. */
export function dateFormat(pattern: string): (ms: number) => string {
  const writers = (pattern.match(pieces) ?? []).map(writerOf)
  return (ms) => {
    const at = new Date(ms)
    return writers.map((write) => write(at)).join('')
  }
}

function writerOf(piece: string): (at: Date) => string {
  const first = piece[0]!
  if (first === "'") {
    if (piece.length === 1 || !piece.endsWith("'")) throw illegalArgument('Unterminated quote')
    const text = piece === "''" ? "'" : piece.slice(1, -1).replaceAll("''", "'")
    return () => text
  }
  if (!/[A-Za-z]/.test(first)) return () => piece
  const letter = Object.hasOwn(letters, first) ? letters[first] : undefined
  if (letter === undefined) throw illegalArgument(`Illegal pattern character '${first}'`)
  if (first === 'X' && piece.length > isoLettersMax) {
    throw illegalArgument(`invalid ISO 8601 format: length=${piece.length}`)
  }
  return (at) => letter(at, piece.length)
}
