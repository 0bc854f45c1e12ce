import { expect, test } from 'vitest'
import { dirMoveLine, dirMovesOf, stateOf } from '../../src/cli/reassign-partitions/dir-moves.ts'
import { ensureMovable, parseTargets } from '../../src/cli/reassign-partitions/files.ts'
import { propose } from '../../src/cli/reassign-partitions/propose.ts'
import { movesOf } from '../../src/cli/reassign-partitions/throttles.ts'

const brokers = (...racks: (string | null)[]) => racks.map((rack, i) => ({ id: i + 1, rack }))

test('every broker gets as many leaders and replicas as the others', () => {
  const proposed = propose(brokers(null, null, null), { partitions: 6, replicas: 2, start: 1 })
  const count = (ids: number[]) => [1, 2, 3].map((id) => ids.filter((each) => each === id).length)
  expect(count(proposed.map(([leader]) => leader!))).toEqual([2, 2, 2])
  expect(count(proposed.flat())).toEqual([4, 4, 4])
  expect(proposed.every((replicas) => new Set(replicas).size === replicas.length)).toBe(true)
})

test('two replicas lie in two racks, where there are two', () => {
  const places = brokers('a', 'a', 'b', 'b')
  const rackOf = new Map(places.map(({ id, rack }) => [id, rack]))
  for (const replicas of propose(places, { partitions: 8, replicas: 2, start: 0 })) {
    expect(new Set(replicas.map((id) => rackOf.get(id))).size).toBe(2)
  }
})

test.each([
  { places: brokers(), why: 'All brokers are currently fenced' },
  { places: brokers(null), why: 'cannot be reached because only 1 broker(s)' },
])('what cannot be done is refused: $why', ({ places, why }) => {
  expect(() => propose(places, { partitions: 1, replicas: 2, start: 0 })).toThrow(why)
})

const file = (...partitions: object[]) => JSON.stringify({ version: 1, partitions })
const partition = (replicas: number[], rest = {}) => ({
  topic: 'a',
  partition: 0,
  replicas,
  ...rest,
})

test.each([
  [file(), 'Partition reassignment list cannot be empty'],
  [file(partition([])), 'Partition replica list cannot be empty'],
  [file(partition([1]), partition([2])), 'contains duplicate topic partitions: a-0'],
  [file(partition([2, 2])), 'a-0 contains multiple entries for 2'],
  [file(partition([1], { log_dirs: ['any', 'any'] })), 'is different from size of log dirs list'],
  ['nonsense', "Unrecognized token 'nonsense'"],
  ['{"version":2}', 'Not supported version field value 2'],
])('%s is refused', (text, why) => {
  expect(() => ensureMovable(parseTargets(text))).toThrow(why)
})

test('moves to log directories come by broker, then by partition; `any` is no move', () => {
  const targets = parseTargets(
    file(
      partition([2, 1], { partition: 1, log_dirs: ['/b', '/a'] }),
      partition([1, 2], { log_dirs: ['any', '/b'] }),
      partition([1], { partition: 2 }),
    ),
  )
  expect(dirMovesOf(targets)).toEqual([
    { topic: 'a', partition: 1, brokerId: 1, path: '/a' },
    { topic: 'a', partition: 0, brokerId: 2, path: '/b' },
    { topic: 'a', partition: 1, brokerId: 2, path: '/b' },
  ])
})

const move = { topic: 'a', partition: 0, brokerId: 1, path: '/b' }

test.each([
  { current: '/b', future: null, line: 'Reassignment of replica a-0-1 completed successfully.' },
  { current: '/a', future: '/b', line: 'Reassignment of replica a-0-1 is still in progress.' },
  {
    current: '/a',
    future: '/c',
    line: 'Partition a-0 on broker 1 is being moved to log dir /c instead of /b.',
  },
  {
    current: '/a',
    future: null,
    line: 'Partition a-0 on broker 1 is not being moved from log dir /a to /b.',
  },
  {
    current: null,
    future: '/b',
    line: 'Partition a-0 is not found in any live log dir on broker 1. There is likely an offline log directory on the broker.',
  },
])('a replica in $current, with a copy in $future: $line', ({ line, ...place }) => {
  expect(dirMoveLine(move, stateOf(move, place))).toBe(line)
})

test.each([
  {
    why: 'what has not moved yet is copied from where it is',
    active: [],
    targets: [[3, 1]],
    moves: [{ sources: [1, 2], destinations: [3] }],
  },
  {
    why: 'a replica on the way has nothing to give',
    active: [{ replicas: [3, 1, 2], adding: [3] }],
    targets: [[3, 1]],
    moves: [{ sources: [1, 2], destinations: [3] }],
  },
  {
    why: 'another partition on the way is limited with them',
    active: [undefined, { replicas: [4, 1], adding: [4] }],
    targets: [[2, 3]],
    moves: [
      { sources: [1], destinations: [4] },
      { sources: [1, 2], destinations: [3] },
    ],
  },
])('what a throttle limits: $why', ({ active, targets, moves }) => {
  const going = active.flatMap((each, partition) =>
    each === undefined
      ? []
      : [
          {
            ...at(partition),
            replicas: each.replicas,
            addingReplicas: each.adding,
            removingReplicas: [],
          },
        ],
  )
  const current = targets.map((_, partition) => ({ ...at(partition), replicas: [1, 2] }))
  const wanted = targets.map((replicas, partition) => ({ ...at(partition), replicas }))
  const found = movesOf({ active: going, current, targets: wanted })
  expect(found.map(({ sources, destinations }) => ({ sources, destinations }))).toEqual(moves)
})

const at = (partition: number) => ({ topic: 't', partition })
