/** Offsets that are committed in transactions (KIP-98, KIP-447): pending until the marker, and nobody sees them before. */
import { describe, expect, test } from 'vitest'
import { Drive } from './drive.ts'
import { commit, commitIn, committed, stableGroup } from './members.ts'

function stable(drive: Drive, all = false) {
  const topics = all ? null : [{ topic: { name: 't' }, partitions: [0] }]
  const { outcome } = drive.ask({
    kind: 'fetch-offsets',
    memberId: null,
    memberEpoch: -1,
    topics,
    byId: false,
    requireStable: true,
  })
  const found = outcome.topics[0]?.partitions[0]
  return found === undefined ? 'nothing' : `${found.error} ${found.offset}`
}

const end = (drive: Drive, producerId: bigint, committed: boolean) =>
  drive.play({ kind: 'transaction-ended', producerId, committed })

test.each([
  { isCommit: true, expected: 7 },
  { isCommit: false, expected: 3 },
])('an offset counts when its transaction commits: $isCommit', ({ isCommit, expected }) => {
  const drive = new Drive()
  commit(drive, 3)
  expect(commitIn(drive, 9n, 7)).toBe('NONE')
  expect(committed(drive)).toBe(3)
  expect(stable(drive)).toBe('UNSTABLE_OFFSET_COMMIT -1')
  expect(stable(drive, true)).toBe('UNSTABLE_OFFSET_COMMIT -1')
  end(drive, 9n, isCommit)
  expect(committed(drive)).toBe(expected)
  expect(stable(drive)).toBe(`NONE ${expected}`)
})

test.each([
  { steps: ['in 1', 'plain', 'end 1'], expected: 0, why: 'a plain commit that came later stays' },
  { steps: ['plain', 'in 1', 'end 1'], expected: 1, why: 'one that came before is replaced' },
  { steps: ['in 1', 'in 2', 'end 2', 'end 1'], expected: 2, why: 'the later commit counts' },
  { steps: ['in 1', 'in 2', 'end 1', 'end 2'], expected: 2, why: 'whichever ends first' },
  { steps: ['in 1', 'end 2'], expected: -1, why: 'another producer’s end changes nothing' },
  { steps: ['in 1', 'plain', 'in 1', 'end 1'], expected: 1, why: 'it committed once more' },
])('$steps: $why', ({ steps, expected }) => {
  const drive = new Drive()
  for (const each of steps) {
    const [what, producer = '0'] = each.split(' ')
    if (what === 'plain') commit(drive, 0)
    if (what === 'in') commitIn(drive, BigInt(producer), Number(producer))
    if (what === 'end') end(drive, BigInt(producer), true)
  }
  expect(committed(drive)).toBe(expected)
})

test('a group of which only pending offsets are known is one, and is not swept', () => {
  const drive = new Drive()
  commitIn(drive, 9n, 7)
  drive.now += drive.config.offsetsRetentionMs + 1
  drive.play({ kind: 'sweep' })
  expect(stable(drive)).toBe('UNSTABLE_OFFSET_COMMIT -1')
  end(drive, 9n, true)
  expect(committed(drive)).toBe(7)
})

test('deleting a group deletes what was pending', () => {
  const drive = new Drive()
  commitIn(drive, 9n, 7)
  expect(drive.ask({ kind: 'delete-group' }).outcome.error).toBe('NONE')
  expect(drive.kinds()).toContain('offset deleted')
  end(drive, 9n, true)
  expect(committed(drive)).toBe(-1)
})

describe('who may commit', () => {
  test('without a generation nobody is asked who he is (older clients), with one he must be a member of it', () => {
    const drive = new Drive()
    const { memberIds, generation } = stableGroup(drive, 1)
    const [memberId] = memberIds as [string]
    expect(commitIn(drive, 9n, 1)).toBe('NONE')
    expect(commitIn(drive, 9n, 1, { memberId, generation })).toBe('NONE')
    const late = { memberId, generation: generation - 1 }
    expect(commitIn(drive, 9n, 1, late)).toBe('ILLEGAL_GENERATION')
    expect(commitIn(drive, 9n, 1, { memberId: 'x', generation })).toBe('UNKNOWN_MEMBER_ID')
  })

  test('a generation of a group that is not there is an old one', () => {
    const drive = new Drive()
    expect(commitIn(drive, 9n, 1, { generation: 1, memberId: 'm' })).toBe('ILLEGAL_GENERATION')
  })
})
