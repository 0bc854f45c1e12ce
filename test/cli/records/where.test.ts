import { describe, expect, test } from 'vitest'
import { parseWhere } from '../../../src/cli/records/where.ts'
import { RecordCursor } from '../../../src/protocol/batch/cursor.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'

function holds(condition: string, parts: { key?: string; value?: string | null } = {}): boolean {
  const bytes = (text: string | null | undefined) => (text == null ? null : Buffer.from(text))
  const record = {
    key: bytes(parts.key),
    value: bytes(parts.value),
    timestamp: 1700000000000n,
    headers: [
      { key: 'trace', value: Buffer.from('a') },
      { key: 'trace', value: Buffer.from('b') },
      { key: 'empty', value: null },
    ],
  }
  const cursor = new RecordCursor().open(encodeBatch({ baseOffset: 7n }, [record]), 0)
  expect(cursor.next()).toBe(true)
  return parseWhere(condition)({ topic: 't', partition: 2, leaderEpoch: 0, cursor })
}

const json = '{"n":5,"s":"10","t":true,"z":null,"o":{"a b":[1,{"c":"x"}]}}'

describe('what holds', () => {
  test.each([
    { condition: 'key=k', key: 'k' },
    { condition: 'key = "k"', key: 'k' },
    { condition: 'key', key: '' },
    { condition: 'value=a=b', value: 'a=b' },
    { condition: 'value~^a.c$', value: 'abc' },
    { condition: 'value!~z', value: 'abc' },
    { condition: 'value!=x', value: null },
    { condition: 'value>9', value: '10' },
    { condition: 'value<b', value: 'a' },
    { condition: 'partition=2' },
    { condition: 'partition<10' },
    { condition: 'offset>=7' },
    { condition: 'timestamp<1700000000001' },
    { condition: 'header.trace=b' },
    { condition: 'headers.trace~[a]' },
    { condition: 'header.none!=b' },
    { condition: '$.n=5.0', value: json },
    { condition: '$.n<10', value: json },
    { condition: '$.s>9', value: json },
    { condition: '$.t=true', value: json },
    { condition: '$.z=null', value: json },
    { condition: '$.o["a b"][1].c=x', value: json },
    { condition: '$.o["a b"][0]=1', value: json },
    { condition: '$.missing!=1', value: json },
    { condition: '$.n!=1', value: 'no json' },
    { condition: '$~"n":5', value: json },
  ])('$condition', ({ condition, ...parts }) => {
    expect(holds(condition, parts)).toBe(true)
  })
})

describe('what does not', () => {
  test.each([
    { condition: 'key=k' },
    { condition: 'key' },
    { condition: 'value~b', value: null },
    { condition: 'header.trace!=b' },
    { condition: 'header.empty' },
    { condition: 'header.none' },
    { condition: '$.z', value: json },
    { condition: '$.missing<1', value: json },
    { condition: '$.n=5', value: 'no json' },
    { condition: '$.constructor', value: json },
  ])('$condition', ({ condition, ...parts }) => {
    expect(holds(condition, parts)).toBe(false)
  })
})

test.each(['', 'status=3', '=3', '$.a..b=1', '$.a[x]'])('%j is no condition', (text) => {
  expect(() => parseWhere(text)).toThrow(/^--where takes/)
})

test('a regular expression that is none is told with its place', () => {
  expect(() => parseWhere('value~(')).toThrow(/\(in "value~\("\)$/)
})
