/** What SimpleDateFormat of Java 17 wrote with the zone UTC and no language set. */
import { expect, test, vi } from 'vitest'
import { dateFormat } from '../../../src/cli/java/date-format.ts'

const isUtc = new Date(2026, 0, 1).getTimezoneOffset() === 0

test.runIf(isUtc).each([
  [1795703000123, 'G GGGGG', 'AD AD'],
  [1795703000123, 'y yy yyy yyyyy', '2026 26 2026 02026'],
  [1795703000123, 'Y YY YYYY', '2026 26 2026'],
  [
    1795703000123,
    'M MM MMM MMMM L LL LLL LLLL MMMMM',
    '11 11 Nov November 11 11 Nov November November',
  ],
  [1795703000123, 'w ww', '48 48'],
  [1795703000123, 'W WW', '4 04'],
  [1795703000123, 'D DDD DDDDD', '330 330 00330'],
  [1795703000123, 'd dd', '26 26'],
  [1795703000123, 'F FF', '4 04'],
  [1795703000123, 'E EE EEE EEEE EEEEE', 'Thu Thu Thu Thursday Thursday'],
  [1795703000123, 'u uu', '4 04'],
  [1795703000123, 'a aaaa', 'PM PM'],
  [1795703000123, 'H HH k K h', '14 14 14 2 2'],
  [1795703000123, 'm s S SS SSS SSSS SSSSSS', '23 20 123 123 123 0123 000123'],
  [1795703000123, 'z zzz zzzz', 'UTC UTC Coordinated Universal Time'],
  [1795703000123, 'Z ZZZZ', '+0000 +0000'],
  [1795703000123, 'X XX XXX', 'Z Z Z'],
  [1795703000123, "''''", "''"],
  [1795703000123, "'a''b'", "a'b"],
  [1704067199999, 'Y YY YYYY', '2024 24 2024'],
  [1704067199999, 'w ww', '1 01'],
  [1704067199999, 'W WW', '6 06'],
  [1704067199999, 'D DDD DDDDD', '365 365 00365'],
  [1704067199999, 'F FF', '5 05'],
  [1704067199999, 'u uu', '7 07'],
  [1609459200005, 'G GGGGG', 'AD AD'],
  [1609459200005, 'y yy yyy yyyyy', '2021 21 2021 02021'],
  [1609459200005, 'Y YY YYYY', '2021 21 2021'],
  [1609459200005, 'M MM MMM MMMM L LL LLL LLLL MMMMM', '1 01 Jan January 1 01 Jan January January'],
  [1609459200005, 'w ww', '1 01'],
  [1609459200005, 'W WW', '1 01'],
  [1609459200005, 'D DDD DDDDD', '1 001 00001'],
  [1609459200005, 'd dd', '1 01'],
  [1609459200005, 'F FF', '1 01'],
  [1609459200005, 'E EE EEE EEEE EEEEE', 'Fri Fri Fri Friday Friday'],
  [1609459200005, 'u uu', '5 05'],
  [1609459200005, 'a aaaa', 'AM AM'],
  [1609459200005, 'H HH k K h', '0 00 24 0 12'],
  [1609459200005, 'm s S SS SSS SSSS SSSSSS', '0 0 5 05 005 0005 000005'],
  [1609459200005, 'z zzz zzzz', 'UTC UTC Coordinated Universal Time'],
  [1609459200005, 'Z ZZZZ', '+0000 +0000'],
  [1609459200005, 'X XX XXX', 'Z Z Z'],
  [1609459200005, "''''", "''"],
  [1609459200005, "'a''b'", "a'b"],
  [1798761600000, 'Y YY YYYY', '2027 27 2027'],
  [1798761600000, 'w ww', '1 01'],
  [1798761600000, 'W WW', '1 01'],
  [1798761600000, 'D DDD DDDDD', '1 001 00001'],
  [1798761600000, 'F FF', '1 01'],
  [1798761600000, 'u uu', '5 05'],
  [951782400000, 'Y YY YYYY', '2000 00 2000'],
  [951782400000, 'w ww', '10 10'],
  [951782400000, 'W WW', '5 05'],
  [951782400000, 'D DDD DDDDD', '60 060 00060'],
  [951782400000, 'F FF', '5 05'],
  [951782400000, 'u uu', '2 02'],
])('%d as %s', (ms, pattern, text) => {
  expect(dateFormat(pattern)(ms)).toBe(text)
})

test.each([
  ['yyyy-MM-dd HH:mm:ss:SSS', '2026-03-04 15:06:07:008'],
  ["yy'y' K 'o''clock' a", "26y 3 o'clock PM"],
  ['', ''],
])('any zone has the time of its own clock: %j', (pattern, text) => {
  expect(dateFormat(pattern)(new Date(2026, 2, 4, 15, 6, 7, 8).getTime())).toBe(text)
})

// As Java 17 wrote it there.
test.each([
  ['Europe/Prague', 1774745999999, '2026-03-29 01:59:59 CET +0100 +01:00'],
  ['Europe/Prague', 1774746000000, '2026-03-29 03:00:00 CEST +0200 +02:00'],
  ['Europe/Prague', 1792888200000, '2026-10-25 02:30:00 CEST +0200 +02:00'],
  ['Europe/Prague', 1792891800000, '2026-10-25 02:30:00 CET +0100 +01:00'],
  ['America/New_York', 1793511000000, '2026-11-01 01:30:00 EDT -0400 -04:00'],
  ['America/New_York', 1793514600000, '2026-11-01 01:30:00 EST -0500 -05:00'],
  ['Asia/Kolkata', 1782900000000, '2026-07-01 15:30:00 IST +0530 +05:30'],
  ['America/Punta_Arenas', 1782900000000, '2026-07-01 07:00:00 GMT-03:00 -0300 -03:00'],
])('in %s %d is %s', (zone, ms, text) => {
  vi.stubEnv('TZ', zone)
  try {
    expect(dateFormat('yyyy-MM-dd HH:mm:ss z Z XXX')(ms)).toBe(text)
  } finally {
    vi.unstubAllEnvs()
  }
})

test.each([
  ["'abc", 'Unterminated quote'],
  ["yyyy'", 'Unterminated quote'],
  ['XXXX', 'invalid ISO 8601 format: length=4'],
  ['nonsense', "Illegal pattern character 'n'"],
])('%j is refused', (pattern, why) => {
  expect(() => dateFormat(pattern)).toThrow(why)
})
