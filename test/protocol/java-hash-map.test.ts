import { expect, test } from 'vitest'
import { javaHashMapOrder } from '../../src/protocol/java-hash-map.ts'
import { javaHashCode } from '../../src/protocol/names.ts'

test.each([
  { text: '', hash: 0 },
  { text: 'a', hash: 97 },
  { text: 'retention.ms', hash: -1339220362 },
  { text: 'polygenelubricants', hash: -2147483648 },
])('String.hashCode of $text', ({ text, hash }) => {
  expect(javaHashCode(text)).toBe(hash)
})

// Printed by Java 17: new HashMap with these keys put in this order.
test.each([
  {
    why: 'buckets by the low bits',
    keys: ['orders', 'payments', 'users', 'a', 'b', 'c'],
    capacity: 16,
    order: ['a', 'b', 'c', 'payments', 'orders', 'users'],
  },
  {
    why: 'a small table wraps sooner',
    keys: ['tcf-one', 'tcf-spaces', 'tcf-two'],
    capacity: 3,
    order: ['tcf-spaces', 'tcf-two', 'tcf-one'],
  },
  {
    why: 'it doubles when it is three quarters full',
    keys: ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9', 't10', 't11', 't12'],
    capacity: 16,
    order: ['t4', 't5', 't6', 't7', 't8', 't9', 't10', 't12', 't11', 't0', 't1', 't2', 't3'],
  },
])('the order of a hash map: $why', ({ keys, capacity, order }) => {
  expect(javaHashMapOrder(keys, { capacity })).toEqual(order)
})
