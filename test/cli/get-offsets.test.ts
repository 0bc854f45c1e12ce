import { expect, test } from 'vitest'
import { parseRule } from '../../src/cli/get-offsets/filter.ts'
import { parseTime } from '../../src/cli/get-offsets/time.ts'

test.each([
  { rule: 'a', means: ['a-0', 'a-1', 'a-2', 'a-3'], why: 'a topic alone is all of it' },
  { rule: 'a:', means: ['a-0', 'a-1', 'a-2', 'a-3'], why: 'and so it is with no number' },
  { rule: 'a:-', means: ['a-0', 'a-1', 'a-2', 'a-3'], why: 'or with a range without ends' },
  { rule: 'a:2', means: ['a-2'], why: 'a number is one partition' },
  { rule: 'a:1-3', means: ['a-1', 'a-2'], why: 'the upper end is not included' },
  { rule: 'a:2-', means: ['a-2', 'a-3'], why: 'without an upper end' },
  { rule: 'a:-2', means: ['a-0', 'a-1'], why: 'without a lower end' },
  { rule: 'a:2-1', means: [], why: 'a range may be empty' },
  { rule: ':3', means: ['a-3', 'b-3'], why: 'without a topic it is any' },
  { rule: 'a|b:0', means: ['a-0', 'b-0'], why: 'the topic is an expression' },
])('--topic-partitions $rule: $why', ({ rule, means }) => {
  const filter = parseRule(rule)
  const all = ['a', 'b'].flatMap((topic) => [0, 1, 2, 3].map((partition) => ({ topic, partition })))
  const found = all.filter(({ topic, partition }) => filter.partition(topic, partition))
  expect(found.map(({ topic, partition }) => `${topic}-${partition}`)).toEqual(means)
  expect(found.every(({ topic }) => filter.topic(topic))).toBe(true)
})

test.each(['a:x', 'a:1:2', 'a:1-2-3'])('--topic-partitions %s is refused', (rule) => {
  expect(() => parseRule(rule)).toThrow(`Invalid rule specification: ${rule}`)
})

test.each([
  ['latest', 'latest'],
  ['-1', 'latest'],
  ['-2', 'earliest'],
  ['-3', 'max-timestamp'],
  ['-4', 'earliest-local'],
  ['-5', 'latest-tiered'],
  ['-6', 'earliest-pending-upload'],
  ['-7', -7n],
  ['0', 0n],
  ['+5', 5n],
  ['1767225600000', 1767225600000n],
] as const)('--time %s is %s', (text, spec) => {
  expect(parseTime(text)).toBe(spec)
})
