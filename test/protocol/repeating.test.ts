/** Lists that come again and again: the bytes are those of any other list, and what is read is the same as without the word. */
import { expect, test } from 'vitest'
import { decode, encode } from '../../src/protocol/codec.ts'
import {
  array,
  int8,
  int32,
  message,
  nullable,
  repeating,
  string,
  struct,
} from '../../src/protocol/schema.ts'

const pair = struct({ name: string, of: array(int32) })
const with_ = <T>(kind: (type: typeof list) => T) => ({
  name: 'Sample',
  versions: [0, 1] as const,
  flexible: 1,
  fields: { rows: array(struct({ head: int8, list: kind(list) as typeof list })), end: int8 },
})
const list = nullable(array(pair))
const repeated = message(with_((type) => repeating(type as never)))
const plain = message(with_((type) => type))

const a = [
  { name: 'one', of: [1, 2] },
  { name: 'two', of: [] },
]
const longer = [...a, { name: 'three', of: [3] }]
const long = Array.from({ length: 400 }, (_, i) => ({ name: `number ${i}`, of: [i] }))
const last = [{ name: 'one', of: [1, 3] }]

test.each([
  { why: 'the very same', lists: [a, a, a, a] },
  { why: 'alike, but two of them', lists: [a, structuredClone(a), a, structuredClone(a)] },
  { why: 'in turns', lists: [a, last, a, last, last, a] },
  { why: 'one that begins as the one before and goes on', lists: [a, longer, a, longer, longer] },
  { why: 'empty and null between', lists: [a, [], [], a, null, null, a, []] },
  { why: 'too long for a copy', lists: [long, long, long, a, long] },
])('$why', ({ lists }) => {
  const value = { rows: lists.map((each, i) => ({ head: i, list: each })), end: 7 }
  for (const version of [0, 1]) {
    const bytes = encode(repeated, version, value)
    expect(bytes.equals(encode(plain, version, value))).toBe(true)
    expect(decode(repeated, version, bytes)).toEqual(decode(plain, version, bytes))
    expect(decode(repeated, version, bytes)).toEqual(value)
  }
})

test('a list with the bytes of the one before is read once', () => {
  const rows = [a, structuredClone(a), last].map((each, head) => ({ head, list: each }))
  const [first, second, third] = decode(repeated, 1, encode(repeated, 1, { rows, end: 0 })).rows
  expect(second!.list).toBe(first!.list)
  expect(third!.list).not.toBe(first!.list)
})

test('a list whose bytes end too soon is refused, though what is there is as before', () => {
  const rows = [a, a].map((each, head) => ({ head, list: each }))
  const bytes = encode(repeated, 1, { rows, end: 0 })
  for (let size = bytes.length - 1; size > 0; size--) {
    expect(() => decode(repeated, 1, bytes.subarray(0, size))).toThrow(/malformed/)
  }
})
