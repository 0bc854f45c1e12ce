import { expect, test } from 'vitest'
import { inListedOrder } from '../../src/protocol/topic-order.ts'

// As Apache Kafka 4.3.1 answered Metadata for all topics: the twelfth makes the table larger.
test.each([
  ['a b c d payments orders fa fb fc f_e fd'],
  ['a ab b c d payments f_e orders fa fb fc fd'],
])('all topics are listed in the order of Kafka’s broker: %s', (listed) => {
  const topics = listed.split(' ').map((name) => ({ name }))
  const created = topics.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  expect(inListedOrder(created)).toEqual(topics)
})
