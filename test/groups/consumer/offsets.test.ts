/** Offsets of a group of the consumer protocol: what is read stays, what nobody reads any more may go. */
import { expect, test } from 'vitest'
import { Drive } from '../drive.ts'
import { commit, committed } from '../members.ts'
import { heartbeat, join } from './members.ts'

const day = 86_400_000

/** One member that reads `t`, and has committed there and for `u`. */
function committedForTwo(): Drive {
  const drive = new Drive()
  const { memberEpoch: generation } = join(drive, 'm')
  expect(commit(drive, 1, { memberId: 'm', generation })).toBe('NONE')
  expect(commit(drive, 2, { memberId: 'm', generation, topic: 'u' })).toBe('NONE')
  return drive
}

const both = (drive: Drive) => [committed(drive), committed(drive, 'u')]

test('a running group loses offsets only of topics that it reads no more', () => {
  const drive = committedForTwo()
  drive.now += 7 * day - 1
  drive.play({ kind: 'sweep' })
  expect(both(drive)).toEqual([1, 2])
  drive.now += 1
  drive.play({ kind: 'sweep' })
  expect(both(drive)).toEqual([1, -1])
  heartbeat(drive, { memberEpoch: -1 })
  drive.play({ kind: 'sweep' })
  expect(both(drive)).toEqual([-1, -1])
})

test('offsets of a topic that is read are not deleted; others are, and all when the member has left', () => {
  const drive = committedForTwo()
  const remove = (name: string) =>
    drive.ask({ kind: 'delete-offsets', topics: [{ name, partitions: [0] }] }).outcome.topics[0]!
      .partitions[0]!.error
  expect(remove('t')).toBe('GROUP_SUBSCRIBED_TO_TOPIC')
  expect(remove('u')).toBe('NONE')
  expect(both(drive)).toEqual([1, -1])
  heartbeat(drive, { memberEpoch: -1 })
  expect(remove('t')).toBe('NONE')
  expect(both(drive)).toEqual([-1, -1])
})
