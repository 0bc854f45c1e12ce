import { expect, test } from 'vitest'
import {
  csvRows,
  csvText,
  readLong,
  readShort,
} from '../../../src/cli/consumer-groups/reset/csv.ts'

test.each([
  { topic: 'orders', text: 'orders,0,5\n', why: 'a plain name' },
  {
    topic: 'a-topic-of-24-characters',
    text: 'a-topic-of-24-characters,0,5\n',
    why: 'just short enough',
  },
  {
    topic: 'a-topic-of-25-characters-',
    text: '"a-topic-of-25-characters-",0,5\n',
    why: 'too long to look through',
  },
  { topic: 'a b', text: '"a b",0,5\n', why: 'a blank' },
  { topic: 'a,b', text: '"a,b",0,5\n', why: 'a comma' },
  { topic: 'a"b', text: '"a""b",0,5\n', why: 'a quote is doubled' },
  { topic: 'a_b.c-d', text: 'a_b.c-d,0,5\n', why: 'what names of topics have' },
])('$text is written for $topic: $why', ({ topic, text }) => {
  const plan = [{ group: null, topic, partition: 0, offset: 5n }]
  expect(csvText(plan)).toBe(text)
  expect(readShort(text, 'g')).toEqual([{ ...plan[0], group: 'g' }])
})

test('with the group in front', () => {
  const plan = [{ group: 'g', topic: 't', partition: 1, offset: 2n }]
  expect(csvText(plan)).toBe('g,t,1,2\n')
  expect(readLong('g,t,1,2\n')).toEqual(plan)
})

test.each([
  {
    text: 'g,t,0,1\n',
    says: 'Cannot deserialize value of type `int` from String "t": not a valid `int` value',
    why: 'a group in front',
  },
  {
    text: 't,0,1,2\n',
    says: 'Too many entries: expected at most 3 (value #3 (1 chars) "2")',
    why: 'four columns',
  },
  {
    text: 't,0,99999999999999999999\n',
    says: 'Numeric value (99999999999999999999) out of range of long (-9223372036854775808 - 9223372036854775807)',
    why: 'an offset that is too large',
  },
])('$why is not the short form', ({ text, says }) => {
  expect(readShort(text, 'g')).toMatchObject({ message: says })
})

test('a line of one column is a topic with partition and offset 0, as Kafka reads it', () => {
  expect(readShort('not a csv of offsets\n', 'g')).toEqual([
    { group: 'g', topic: 'not a csv of offsets', partition: 0, offset: 0n },
  ])
})

test.each([
  {
    text: 'a,b\r\nc,d',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  { text: '"a\nb",c\n', rows: [['a\nb', 'c']] },
  { text: '\n\na\n', rows: [['a']] },
  { text: 'a,\n', rows: [['a', '']] },
  { text: 'a,', rows: [['a', '']] },
  { text: '', rows: [] },
])('rows of %j', ({ text, rows }) => {
  expect(csvRows(text)).toEqual({ rows, fault: null })
})
