import { expect, test } from 'vitest'
import { parseJavaDouble } from '../../src/base/java-double.ts'

test.each([
  ['5', 5],
  ['+.5', 0.5],
  ['-5.', -5],
  ['1e3', 1000],
  ['1d', 1],
  ['1.5F', 1.5],
  [' \t\n7 ', 7],
  ['NaN', Number.NaN],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['1e400', Number.POSITIVE_INFINITY],
  ['0x1p4', 16],
  ['-0X.8P1f', -1],
  ['0x1.8p0', 1.5],
  ['0x1.p1', 2],
  ['0x1p-1074', Number.MIN_VALUE],
  ['0x1p-99999', 0],
  ['0x1p99999', Number.POSITIVE_INFINITY],
  ['0x0p99999', 0],
  ['0x20000000000001p0', 2 ** 53],
  ['0x20000000000003p0', 2 ** 53 + 4],
])('Java reads %o as %d', (text, value) => {
  expect(parseJavaDouble(text)).toBe(value)
})

test.each([
  '',
  ' ',
  '.',
  '1e',
  '0x1',
  '0xp1',
  '0x.p1',
  '0b1',
  '1_0',
  '1L',
  '1dd',
  'NaNd',
  'infinity',
  '\u00a05',
])('Java does not read %o as a double', (text) => {
  expect(parseJavaDouble(text)).toBeUndefined()
})
