/** What a node wants changed among the voters of its quorum. */
import { expect, test } from 'vitest'
import { wish } from '../../src/broker/quorum/upkeep.ts'
import type { Voter } from '../../src/raft/voters.ts'

const at = (port: number) => [{ name: 'CONTROLLER', host: 'localhost', port }]
const voter = (id: number, directoryId: string, port = 9093): Voter => ({
  id,
  directoryId,
  endpoints: at(port),
  kraftVersion: { min: 0, max: 1 },
})
const own = voter(2, 'new')
const older = { ...own, kraftVersion: { min: 0, max: 0 } }

test.each([
  { voters: [voter(1, 'a')], joins: true, wanted: 'add', why: 'it joins where it is told to' },
  { voters: [voter(1, 'a')], wanted: null, why: 'and nowhere else' },
  { voters: [voter(1, 'a'), own], joins: true, wanted: null, why: 'all is well' },
  { voters: [voter(2, 'old')], joins: true, wanted: 'remove', why: 'its lost disk goes first' },
  { voters: [voter(2, 'old')], wanted: null, why: 'an operator removes it' },
  {
    voters: [voter(2, 'old')],
    replaces: true,
    wanted: 'remove',
    why: 'in a local cluster it takes the place of its lost disk',
  },
  { voters: [voter(1, 'a')], replaces: true, wanted: null, why: 'and nobody else’s' },
  { voters: [voter(2, 'new', 1)], wanted: 'update', why: 'it listens elsewhere' },
  { voters: [older], wanted: 'update', why: 'it understands more now' },
])('$why', ({ voters, joins = false, replaces = false, wanted }) => {
  const voterSets = [{ offset: 5n, kraftVersion: 1, voters }]
  expect(wish({ voterSets, leaderId: 1 }, { own, joins, replaces })?.kind ?? null).toBe(wanted)
  expect(wish({ voterSets, leaderId: -1 }, { own, joins, replaces }), 'nobody to ask').toBeNull()
  const fixed = [{ offset: -1n, kraftVersion: 0, voters }]
  expect(
    wish({ voterSets: fixed, leaderId: 1 }, { own, joins, replaces }),
    'static voters',
  ).toBeNull()
})
