/** What retention and the sweep leave alone: offsets that somebody may still need, and groups that somebody is about to join. */
import { expect, test } from 'vitest'
import { Drive } from './drive.ts'
import { commit, commitIn, committed, describe, join, stableGroup } from './members.ts'

const sweep = (drive: Drive) => drive.play({ kind: 'sweep' })
const longSession = 1_800_000

/** A member that reads `t`, or says what nobody can read, and has committed offsets of `u`, too; past their retention. */
function running(metadata?: Uint8Array) {
  const drive = new Drive()
  const protocols = metadata === undefined ? {} : { protocols: [{ name: 'range', metadata }] }
  const given = { sessionTimeoutMs: longSession, ...protocols }
  const { memberIds, generation } = stableGroup(drive, 1, [given])
  commit(drive, 2, { memberId: memberIds[0]!, generation, topic: 'u' })
  drive.now += drive.config.offsetsRetentionMs
  return { drive, memberId: memberIds[0]!, generation }
}

test('while a group rebalances nobody knows what it will read, and nothing expires', () => {
  const { drive, memberId, generation } = running()
  join(drive, { memberId: join(drive).outcome.memberId })
  expect(describe(drive).state).toBe('PreparingRebalance')
  sweep(drive)
  expect(committed(drive, 'u')).toBe(2)
  expect(
    drive.ask({ kind: 'heartbeat', memberId, generation, instanceId: null }).outcome.error,
  ).toBe('REBALANCE_IN_PROGRESS')
})

test('a group of whose members one says what cannot be read may read anything', () => {
  const { drive } = running(Uint8Array.of(0))
  sweep(drive)
  expect(committed(drive, 'u')).toBe(2)
  const { topics } = drive.ask({
    kind: 'delete-offsets',
    topics: [{ name: 'u', partitions: [0] }],
  }).outcome
  expect(topics[0]!.partitions[0]!.error).toBe('GROUP_SUBSCRIBED_TO_TOPIC')
  expect(committed(drive, 'u')).toBe(2)
})

test('an offset that a transaction is about to replace stays until it has ended', () => {
  const drive = new Drive()
  commit(drive, 1)
  commitIn(drive, 9n, 5)
  drive.now += drive.config.offsetsRetentionMs
  sweep(drive)
  expect(committed(drive)).toBe(1)
  drive.play({ kind: 'transaction-ended', producerId: 9n, committed: false })
  sweep(drive)
  expect(committed(drive)).toBe(-1)
})

test('a group for which somebody has just been given an id is not swept', () => {
  const drive = new Drive()
  const { memberId } = join(drive).outcome
  sweep(drive)
  const joined = join(drive, { memberId })
  drive.advance(0)
  expect(joined.outcome.error).toBe('NONE')
})
