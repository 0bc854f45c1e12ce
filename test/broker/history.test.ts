import { expect, test } from 'vitest'
import { History } from '../../src/broker/groups/history.ts'
import { moves, ownersOf } from '../../src/broker/groups/moves.ts'
import { movedLines } from '../../src/cli/consumer-groups/history/history.ts'

type Shares = { [memberId: string]: { [topic: string]: number[] } }

const sharesOf = (shares: Shares) =>
  new Map(
    Object.entries(shares).map(([memberId, topics]) => [
      memberId,
      Object.entries(topics).map(([topic, partitions]) => ({ topic, partitions })),
    ]),
  )

const a = 'a'
const b = 'b'
test.each<{ before: Shares; after: Shares; expected: string[]; why: string }>([
  {
    before: { a: { t: [0, 1, 2] } },
    after: { a: { t: [0, 1] }, b: { t: [2] } },
    expected: ['t-2 a b'],
    why: 'who stays has not moved',
  },
  {
    before: { a: { t: [0] }, b: { t: [1] } },
    after: { a: { t: [1] }, b: { t: [0] } },
    expected: ['t-0 a b', 't-1 b a'],
    why: 'an exchange is two moves',
  },
  {
    before: { a: { t: [0] } },
    after: { b: { t: [0, 10, 2], s: [0] } },
    expected: ['s-0 null b', 't-0 a b', 't-2 null b', 't-10 null b'],
    why: 'new partitions were nobody’s; by topic and number',
  },
  {
    before: { a: { t: [0], s: [0] } },
    after: { a: { t: [0] } },
    expected: ['s-0 a null'],
    why: 'a topic that is no longer read',
  },
])('moves: $why', ({ before, after, expected }) => {
  const found = moves(ownersOf(sharesOf(before)), ownersOf(sharesOf(after)))
  expect(
    found.map(({ topic, partition, from, to }) => `${topic}-${partition} ${from} ${to}`),
  ).toEqual(expected)
})

const assigned = (shares: Shares) =>
  ({
    kind: 'assigned',
    generation: 1,
    protocol: 'range',
    partitions: new Map(),
    shares: sharesOf(shares),
  }) as const

test('what is kept of assignments is what moved, and not the first time, when nothing is known of before', () => {
  const history = new History()
  const many = Array.from({ length: 250 }, (_, i) => i)
  history.add('g', assigned({ a: { t: many } }), 1)
  history.add('g', assigned({ b: { t: many } }), 2)
  history.add('g', { kind: 'emptied', generation: 2 }, 3)
  history.add('g', assigned({ a: { t: [0] } }), 4)
  const kept = history.of('g').map((note) => {
    if (note.kind !== 'assigned') return note.kind
    return { moved: note.moved.length, movedCount: note.movedCount, first: note.moved[0] }
  })
  expect(kept).toEqual([
    { moved: 0, movedCount: 0, first: undefined },
    { moved: 200, movedCount: 250, first: { topic: 't', partition: 0, from: a, to: b } },
    'emptied',
    { moved: 1, movedCount: 1, first: { topic: 't', partition: 0, from: null, to: a } },
  ])
  expect(history.of('g').some((note) => 'shares' in note)).toBe(false)
})

test('partitions that went the same way are told together', () => {
  const moved = [
    { topic: 't', partition: 0, from: a, to: b },
    { topic: 't', partition: 1, from: null, to: b },
    { topic: 't', partition: 3, from: a, to: b },
  ]
  expect(movedLines({ moved, movedCount: 5 })).toEqual([
    't 0,3 from a to b',
    't 1 from nobody to b',
    'and 2 more',
  ])
  expect(movedLines({ moved: [], movedCount: 0 })).toEqual([])
})
