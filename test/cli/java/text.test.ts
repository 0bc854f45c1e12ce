import { expect, test } from 'vitest'
import { javaDouble } from '../../../src/base/java-double.ts'
import { javaUtf8 } from '../../../src/cli/java/text.ts'

test.each([
  { hex: '61', text: 'a', why: 'text is text' },
  { hex: 'efbbbf61', text: '\ufeffa', why: 'a byte order mark is a character' },
  { hex: '61eda08062', text: 'a\ufffdb', why: 'a surrogate is one thing that is wrong' },
  { hex: '61edb062', text: 'a\ufffdb', why: 'half of one too' },
  { hex: 'eda0', text: '\ufffd', why: 'and at the end' },
  { hex: 'ed9fbf', text: '\ud7ff', why: 'the character before them is one' },
  { hex: 'f0edb0', text: '\ufffd\ufffd', why: 'what was begun before is another' },
  { hex: 'e28261', text: '\ufffda', why: 'what breaks off is one' },
])('$hex: $why', ({ hex, text }) => {
  expect(javaUtf8(Buffer.from(hex, 'hex'))).toBe(text)
})

test.each([
  [Number.MIN_VALUE, '4.9E-324'],
  [2e23, '2.0E23'],
  [-Number.MAX_VALUE, '-1.7976931348623157E308'],
  [1e7, '1.0E7'],
  [123.5, '123.5'],
  [-0, '-0.0'],
])('%s as Java writes it', (value, text) => {
  expect(javaDouble(value)).toBe(text)
})
