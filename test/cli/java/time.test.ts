import { expect, test } from 'vitest'
import { javaText } from '../../../src/cli/java/errors.ts'
import { parseDateTime, parseDuration } from '../../../src/cli/java/time.ts'

test.each([
  { text: '2001-01-01T00:00:00.000', iso: '2001-01-01T00:00:00.000Z', why: 'UTC without a zone' },
  { text: '2001-01-01T00:00:00.000Z', iso: '2001-01-01T00:00:00.000Z', why: 'UTC by name' },
  { text: '2001-01-01T00:00:00.000+02:00', iso: '2000-12-31T22:00:00.000Z', why: 'a zone' },
  { text: '2001-01-01T00:00:00.000-0330', iso: '2001-01-01T03:00:00.000Z', why: 'only its hours' },
  { text: '2001-01-01T00:00:00.5', iso: '2001-01-01T00:00:00.005Z', why: 'a count of ms' },
  { text: '2001-01-02T00:00:00.000+14:00', iso: '2001-01-01T10:00:00.000Z', why: 'far ahead' },
  { text: '2001-01-02T00:00:00.000+14:01', iso: '2001-01-01T10:00:00.000Z', why: 'too far ahead' },
  { text: '2001-01-01T00:00:00.000-13:01', iso: '2001-01-01T13:00:00.000Z', why: 'too far behind' },
  {
    text: '2001-01-01T00:00:00.000-01:60',
    iso: '2001-01-01T01:00:00.000Z',
    why: 'no such minutes',
  },
  { text: ' 2001- 1-\t1T 2: 3: 4. 5 +01:00', iso: '2001-01-01T01:03:04.005Z', why: 'blanks' },
  { text: '2024-02-29T23:59:59.999', iso: '2024-02-29T23:59:59.999Z', why: 'a leap day' },
])('$text is $iso: $why', ({ text, iso }) => {
  expect(new Date(parseDateTime(text)).toISOString()).toBe(iso)
})

test.each([
  {
    text: 'yesterday',
    fault: "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format",
  },
  { text: '2001-01-01T00:00:00', fault: 'Unparseable date: "2001-01-01T00:00:00Z"' },
  { text: '2001-01-01 T00:00:00.000', fault: 'Unparseable date: "2001-01-01 T00:00:00.000Z"' },
  { text: '2001-01-01T00:00:00.000+15', fault: 'Unparseable date: "2001-01-01T00:00:00.000+15"' },
  { text: '2001-01-01T00:00:00.000-14', fault: 'Unparseable date: "2001-01-01T00:00:00.000-14"' },
  { text: '2001-02-29T00:00:00.000', fault: 'Unparseable date: "2001-02-29T00:00:00.000Z"' },
  { text: '2001-01-01T24:00:00.000', fault: 'Unparseable date: "2001-01-01T24:00:00.000Z"' },
])('$text is no time', ({ text, fault }) => {
  expect(faultOf(() => parseDateTime(text))).toBe(`java.text.ParseException: ${fault}`)
})

test.each([
  ['P1D', 86_400_000],
  ['PT1H', 3_600_000],
  ['P1DT2H3M4.5S', 93_784_500],
  ['pt0s', 0],
  ['-PT1M', -60_000],
  ['PT-1.5S', -1500],
  ['+P-2D', -172_800_000],
])('the duration %s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['1d', 'P', 'PT', 'P1H', 'P1Y', '', 'P1DT', 'soon'])('%j is no duration', (text) => {
  expect(faultOf(() => parseDuration(text))).toBe(
    'java.time.format.DateTimeParseException: Text cannot be parsed to a Duration',
  )
})

function faultOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return javaText(error)
  }
  throw new Error('it was not refused')
}
