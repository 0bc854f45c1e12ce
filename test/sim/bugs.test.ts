/** What the simulations are worth: rules are switched off, and they find it. All of them: `npm run simulate -- --bugs`. */
import { expect, test } from 'vitest'
import { bugs } from './bugs.ts'
import { hunt, planted } from './plant.ts'

const seeds = 60
const quick = [
  'less than a majority decides',
  'a record is acknowledged as soon as its leader has it',
  'what is to be given back counts as given back at once',
  'a follower changes a byte of what it copies',
  'a topic is deleted, and its replicas are left where they are',
]
const hunted =
  process.env.JACKDAW_BUGS === 'all' ? bugs : bugs.filter(({ name }) => quick.includes(name))

test.each(bugs)('$name: the rule stands where it is switched off', (bug) => {
  expect(planted(bug)).toContain(bug.to)
})

test.each(hunted)(
  '$name: found',
  async (bug) => {
    expect(await hunt(bug, seeds)).not.toBeNull()
  },
  300_000,
)
