import { JavaError } from './errors.ts'

// Blanks may stand before every field, that of the zone included, and before nothing else.
const field = '[ \\t]*(\\d+)'
const dateTime = new RegExp(
  `^${field}-${field}-${field}T${field}:${field}:${field}\\.${field}[ \\t]*(?:Z|([+-])(\\d\\d)(?::(\\d\\d))?)`,
)

/** How far a zone may be from UTC in Java's calendar. */
const zoneHoursMax = { '+': 14, '-': 13 } as const

/**
 * Milliseconds since the epoch for `YYYY-MM-DDThh:mm:ss.sss`, with a zone or in UTC. Milliseconds must be there, and
 * every field within its bounds; what follows is ignored, as by Java's SimpleDateFormat.
 */
export function parseDateTime(text: string): number {
  const second = text.split('T')[1]
  if (second === undefined || second === '') {
    throw parseError(
      "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format",
    )
  }
  const zoned = /[+\-Z]/.test(second) ? text : `${text}Z`
  const match = dateTime.exec(zoned)
  if (match === null) throw unparsable(zoned)
  const [year, month, day, hour, minute, secondOf, millisecond] = match.slice(1, 8).map(Number)
  const at = new Date(0)
  at.setUTCFullYear(year!, month! - 1, day!)
  at.setUTCHours(hour!, minute!, secondOf!, millisecond!)
  const isSame =
    at.getUTCMonth() === month! - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute &&
    at.getUTCSeconds() === secondOf &&
    at.getUTCMilliseconds() === millisecond
  const zone = zoneMinutesOf(match[8], Number(match[9] ?? 0), Number(match[10] ?? 0))
  if (!isSame || zone === null) throw unparsable(zoned)
  return at.getTime() - zone * 60_000
}

/** Minutes before UTC; where they make no zone, hours alone are tried. */
function zoneMinutesOf(sign = '+', hours: number, minutes: number): number | null {
  const size = hours * 60 + minutes
  const isZone = minutes < 60 && size <= zoneHoursMax[sign as '+' | '-'] * 60
  if (isZone) return sign === '-' ? -size : size
  return minutes === 0 ? null : zoneMinutesOf(sign, hours, 0)
}

function unparsable(text: string): JavaError {
  return parseError(`Unparseable date: "${text}"`)
}

function parseError(message: string): JavaError {
  return new JavaError('java.text.ParseException', message)
}

const duration =
  /^([-+]?)P(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i

/** Milliseconds of an ISO 8601 duration as java.time.Duration reads it: `P1DT2H`, `PT-1.5S`, `-PT1M`. */
export function parseDuration(text: string): number {
  const match = duration.exec(text)
  if (match === null || match.slice(2).every((each) => each === undefined)) {
    throw new JavaError(
      'java.time.format.DateTimeParseException',
      'Text cannot be parsed to a Duration',
    )
  }
  const [sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match.slice(
    1,
  ) as [string, ...(string | undefined)[]]
  const part = Number(`0.${fraction}0`) * (seconds.startsWith('-') ? -1 : 1)
  const total =
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds) + part
  const ms = Math.floor(total * 1000)
  return sign === '-' ? -ms : ms
}
