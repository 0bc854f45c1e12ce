/** A broker leads for a moment and writes nothing; then it follows one that still writes, or had written, in an older epoch. */
import { expect, test } from 'vitest'
import { append, batch, defaults, topicId, world } from './support.ts'

/** As its leader has it: the batch says in which epoch it was written. */
const copied = (record: string, partitionLeaderEpoch: number, baseOffset: bigint) =>
  batch({ records: [record], partitionLeaderEpoch, baseOffset })

test.each([
  {
    what: 'an older epoch comes',
    comes: [copied('b=2', 0, 1n)],
    starts: [{ epoch: 0, startOffset: 0n }],
    lastEpoch: 0,
  },
  {
    what: 'an older epoch comes, and then a newer one',
    comes: [copied('b=2', 0, 1n), copied('c=3', 2, 2n)],
    starts: [
      { epoch: 0, startOffset: 0n },
      { epoch: 2, startOffset: 2n },
    ],
    lastEpoch: 2,
  },
  {
    what: 'a newer epoch comes',
    comes: [copied('b=2', 2, 1n)],
    starts: [
      { epoch: 0, startOffset: 0n },
      { epoch: 2, startOffset: 1n },
    ],
    lastEpoch: 2,
  },
  {
    what: 'its own epoch comes: others had taken it for the leader',
    comes: [copied('b=2', 1, 1n)],
    starts: [
      { epoch: 0, startOffset: 0n },
      { epoch: 1, startOffset: 1n },
    ],
    lastEpoch: 1,
  },
])('$what', async ({ comes, starts, lastEpoch }) => {
  const { logs, disk } = await world()
  const log = logs.create('t', 0, topicId, defaults)
  append(log, 'a=1', { leaderEpoch: 0 })
  log.beginEpoch(1)
  await log.flush()
  for (const each of comes) log.appendAsFollower(each)
  expect(log.epochStarts()).toEqual(starts)
  expect(log.epochAt(log.logEndOffset - 1n)).toBe(lastEpoch)
  expect(log.epochEndOffset(0).endOffset).toBe(starts[1]?.startOffset ?? log.logEndOffset)

  // kill -9: the file is from before the batches came.
  const { logs: again } = await world(disk.afterKill())
  const [reopened] = again.all()
  expect(reopened?.epochStarts()).toEqual(starts)
})
