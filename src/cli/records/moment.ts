/**
 * A moment as a person writes it: `now`; how long ago, `90s`, `15m`, `2h30m`, `1d` (also with a minus before it); a date or a time
 * in ISO 8601, in the zone of this machine where it names none; or milliseconds since the epoch.
 */
const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}
const ago = /^-?(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/
const date = /^\d{4}-\d\d-\d\d$/
const dateTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:?\d\d)?$/
const epochMs = /^\d{10,}$/

/** Milliseconds since the epoch, or null where the text is no moment. */
export function parseMoment(text: string, now: number): number | null {
  if (text === 'now') return now
  if (ago.test(text)) return now - durationMs(text)
  if (epochMs.test(text)) return Number(text)
  // A date alone would be in UTC for JavaScript, but for nobody else.
  const iso = date.test(text) ? `${text}T00:00` : text.replace(' ', 'T')
  const parsed = dateTime.test(iso) ? Date.parse(iso) : Number.NaN
  return Number.isNaN(parsed) ? null : parsed
}

function durationMs(text: string): number {
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * unitMs[unit!]!,
    0,
  )
}
