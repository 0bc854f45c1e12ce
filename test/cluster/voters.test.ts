/** Who votes in a local cluster, for every number of brokers and every way to it. */
import { expect, test } from 'vitest'
import { voterSteps, votersWanted } from '../../src/cluster/voters.ts'

test('as many as outlive most, and never an even number', () => {
  const wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(votersWanted)
  expect(wanted).toEqual([1, 1, 3, 3, 5, 5, 5, 5, 5])
})

const leaderId = 1
const add = (id: number) => ({ kind: 'add', id })
const remove = (id: number) => ({ kind: 'remove', id })

test.each([
  { voters: [1], able: [1, 2], steps: [], why: 'two would outlive no more than one' },
  { voters: [1], able: [1, 2, 3], steps: [add(2), add(3)], why: 'three outlive one death' },
  { voters: [1, 2, 3], able: [1, 2, 3, 4], steps: [], why: 'four would outlive no more' },
  { voters: [1, 2, 3], able: [1, 2, 3, 4, 5], steps: [add(4), add(5)], why: 'five outlive two' },
  { voters: [1, 2], able: [1, 2, 3], steps: [add(3)], why: 'what was begun is brought to its end' },
  { voters: [1, 2, 3], able: [1, 3], steps: [], why: 'a voter that is down remains one' },
])('a broker comes: $why', ({ voters, able, steps }) => {
  expect(voterSteps({ voters, able, leaderId })).toEqual(steps)
})

test.each([
  {
    voters: [1, 2, 3],
    able: [1, 2, 3, 4],
    leaving: 2,
    steps: [add(4), remove(2)],
    why: 'another one takes its place first',
  },
  {
    voters: [1, 2, 3],
    able: [1, 2, 3],
    leaving: 3,
    steps: [remove(3), remove(2)],
    why: 'of two that are left one votes: the leader',
  },
  {
    voters: [1, 2, 3],
    able: [1, 2, 3],
    leaving: 1,
    steps: [remove(1), remove(3)],
    why: 'the leader itself may go',
  },
  { voters: [1], able: [1, 2], leaving: 2, steps: [], why: 'who does not vote goes as it is' },
  {
    voters: [1],
    able: [1, 2],
    leaving: 1,
    steps: [add(2), remove(1)],
    why: 'the only voter hands over',
  },
])('a broker goes: $why', ({ voters, able, leaving, steps }) => {
  expect(voterSteps({ voters, able, leaderId, leaving })).toEqual(steps)
})
