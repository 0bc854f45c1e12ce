import { expect, test } from 'vitest'
import { formatProperties, parseProperties } from '../../src/base/properties.ts'

test.each<[text: string, expected: object, why: string]>([
  ['a=b', { a: 'b' }, 'the plain case'],
  ['a:b', { a: 'b' }, 'a colon'],
  ['a b', { a: 'b' }, 'a blank'],
  ['  a \t = \t b  ', { a: 'b  ' }, 'blanks around the separator go, those at the end stay'],
  ['a==b', { a: '=b' }, 'one separator only'],
  ['a : = b', { a: '= b' }, 'one separator only, blanks around it'],
  ['a', { a: '' }, 'a key alone'],
  ['=b', { '': 'b' }, 'an empty key'],
  ['# c\n! d\n   # e\na=b#c', { a: 'b#c' }, 'comments stand at the beginning of a line'],
  ['a=1\r\nb=2\rc=3\n\n', { a: '1', b: '2', c: '3' }, 'every kind of line end'],
  ['a=b,\\\n   c', { a: 'b,c' }, 'a continued line loses its indentation'],
  ['a=b\\\\\nc=d', { a: 'b\\', c: 'd' }, 'an escaped backslash continues nothing'],
  ['a=b\\\n# c', { a: 'b# c' }, 'there is no comment in a continued line'],
  ['a=b\\', { a: 'b' }, 'a continuation that nothing follows'],
  ['a\\ b\\:c\\=d=e', { 'a b:c=d': 'e' }, 'escaped separators'],
  ['a=\\u0041\\t\\n\\q\\\\', { a: 'A\t\nq\\' }, 'escapes'],
  ['a=1\na=2', { a: '2' }, 'the last one counts'],
  ['log.dirs=C:\\\\x', { 'log.dirs': 'C:\\x' }, 'a colon inside a value is a character'],
])('%j: %o, %s', (text, expected) => {
  expect(Object.fromEntries(parseProperties(text))).toEqual(expected)
})

test('a malformed \\u is refused as Java does', () => {
  expect(() => parseProperties('a=\\u12')).toThrow('Malformed \\uxxxx encoding.')
})

test('what is written is read back', () => {
  const properties = new Map([
    ['a b', ' c'],
    ['#x', '\ttab\nline \\ end\\'],
    ['k=:', '=v'],
    ['ключ', 'значение'],
    ['empty', ''],
  ])
  expect(parseProperties(formatProperties(properties))).toEqual(properties)
})
