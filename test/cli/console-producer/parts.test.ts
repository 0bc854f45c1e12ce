import { expect, test } from 'vitest'
import { LineCutter } from '../../../src/cli/console-producer/reader/line-cutter.ts'
import { LineParts } from '../../../src/cli/console-producer/reader/line-parts.ts'
import { readerSettings } from '../../../src/cli/console-producer/reader/reader.ts'
import { recordsOf } from './slices.ts'

type Case = { line: string; with: Record<string, string>; key: string | null; value: string | null }

const key = { 'parse.key': 'true' }
const marked = { 'null.marker': 'NULL', 'parse.key': 'true', 'key.separator': ':' }

test.each<Case & { why: string }>([
  { line: 'a\tb', with: {}, key: null, value: 'a\tb', why: 'no key unless it is wanted' },
  { line: 'k\tv', with: key, key: 'k', value: 'v', why: 'a tab between them' },
  { line: 'k\tv\tw', with: key, key: 'k', value: 'v\tw', why: 'the first separator counts' },
  { line: '\tv', with: key, key: '', value: 'v', why: 'an empty key is not null' },
  { line: 'k\t', with: key, key: 'k', value: '', why: 'nor is an empty value' },
  {
    line: 'k::=v',
    with: { ...key, 'key.separator': '::=' },
    key: 'k',
    value: 'v',
    why: 'long separators',
  },
  {
    line: 'k:::=v',
    with: { ...key, 'key.separator': '::=' },
    key: 'k:',
    value: 'v',
    why: 'that begin late',
  },
  {
    line: 'k€v',
    with: { ...key, 'key.separator': '€' },
    key: 'k',
    value: 'v',
    why: 'of more than a byte',
  },
  {
    line: 'broken',
    with: { ...key, 'ignore.error': 'TRUE' },
    key: null,
    value: 'broken',
    why: 'or none',
  },
  { line: 'k:NULL', with: marked, key: 'k', value: null, why: 'a marker for null' },
  { line: 'NULL:v', with: marked, key: null, value: 'v', why: 'for the key, too' },
  { line: 'k:NULLX', with: marked, key: 'k', value: 'NULLX', why: 'but only as a whole' },
])('$line: $why', ({ line, with: properties, ...expected }) => {
  const lines = linesOf(line)
  const { spans } = partsWith(properties).take(lines).slices
  const part = (at: number) =>
    spans[at]! < 0 ? null : Buffer.from(lines.source.subarray(spans[at], spans[at + 1])).toString()
  expect({ key: part(0), value: part(2) }).toEqual({ key: expected.key, value: expected.value })
})

const headers = { 'parse.headers': 'true', 'parse.key': 'true' }

test.each([
  { line: 'a:1,b:2\tk\tv', with: headers, headers: { a: '1', b: '2' }, value: 'v' },
  { line: 'a:1:2\tk\tv', with: headers, headers: { a: '1:2' }, value: 'v' },
  { line: 'a:\tk\tv', with: headers, headers: { a: '' }, value: 'v' },
  {
    line: 'a:N,b:x\tk\tv',
    with: { ...headers, 'null.marker': 'N' },
    headers: { a: null, b: 'x' },
    value: 'v',
  },
  { line: 'N\tk\tv', with: { ...headers, 'null.marker': 'N' }, headers: {}, value: 'v' },
  {
    line: 'a:1;;b:2|k\tv',
    with: { ...headers, 'headers.delimiter': '|', 'headers.separator': ';+' },
    headers: { a: '1', b: '2' },
    value: 'v',
  },
  {
    line: 'x\tk\tv',
    with: { ...headers, 'ignore.error': 'true' },
    headers: { x: null },
    value: 'v',
  },
])('headers of $line', ({ line, with: properties, headers: expected, value }) => {
  const lines = linesOf(line)
  const [found] = recordsOf(partsWith(properties).take(lines).slices)
  const texts = found!.headers.map((each) => [each.key, each.value && text(each.value)])
  expect(Object.fromEntries(texts)).toEqual(expected)
  expect(text(found!.value!)).toBe(value)
})

test('a line without its separator ends what can be taken, and tells its number', () => {
  const { slices, fault } = partsWith(key).take(linesOf('a\t1\nb\t2\nbroken\nc\t3\n'))
  expect(slices.count).toBe(2)
  expect((fault as Error).message).toBe("No key separator found on line number 3: 'broken'")
})

test.each([
  [{ 'headers.delimiter': ',' }, 'headers.delimiter and headers.separator may not be equal'],
  [{ 'headers.separator': ':' }, 'headers.separator and headers.key.separator may not be equal'],
  [{ 'null.marker': '\t' }, 'null.marker and key.separator may not be equal'],
])('separators that cannot be told apart: %j', (properties, fault) => {
  expect(() => partsWith(properties)).toThrow(fault)
})

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function partsWith(properties: Record<string, string>): LineParts {
  return new LineParts(readerSettings(new Map(Object.entries(properties))))
}

function linesOf(text: string) {
  const cutter = new LineCutter()
  for (const lines of cutter.push(Buffer.from(text))) return lines
  return cutter.finish()!
}
