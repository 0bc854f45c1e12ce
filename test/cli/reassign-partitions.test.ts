import { expect, test } from 'vitest'
import { ensureMovable, parseTargets } from '../../src/cli/reassign-partitions/files.ts'
import { propose } from '../../src/cli/reassign-partitions/propose.ts'

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
