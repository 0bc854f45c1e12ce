import { expect, test } from 'vitest'
import { parseMoment } from '../../../src/cli/records/moment.ts'

const now = Date.UTC(2026, 10, 25, 12)
const second = 1000
const hour = 3600 * second

test.each([
  ['now', now],
  ['90s', now - 90 * second],
  ['-15m', now - hour / 4],
  ['2h30m', now - 2.5 * hour],
  ['1.5d', now - 36 * hour],
  ['250ms', now - 250],
  ['1w', now - 7 * 24 * hour],
  ['1764056400000', 1764056400000],
  ['2026-11-25T09:00Z', Date.UTC(2026, 10, 25, 9)],
  ['2026-11-25T09:00:01.5+02:00', Date.UTC(2026, 10, 25, 7, 0, 1, 500)],
  // In the zone of this machine, as everything that a person writes without one.
  ['2026-11-25', new Date(2026, 10, 25).getTime()],
  ['2026-11-25 09:00', new Date(2026, 10, 25, 9).getTime()],
])('%s', (text, expected) => {
  expect(parseMoment(text, now)).toBe(expected)
})

test.each([
  '',
  'yesterday',
  '15',
  '1h ago',
  '2026-13-25',
  '2026-11-25T25:00',
  '2026-11-25T09:00+1',
])('%j is no moment', (text) => {
  expect(parseMoment(text, now)).toBeNull()
})
