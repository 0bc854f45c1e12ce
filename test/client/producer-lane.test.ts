/** What a partition's lane lets go: a broker knows the last five batches of a producer again, and no more. */
import { expect, test } from 'vitest'
import type { Batch } from '../../src/client/producer/batch.ts'
import { Lane } from '../../src/client/producer/lane.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'

const identity = { id: 7n, epoch: 0 }
const underWayMax = 5

function laneOf(count: number): Lane {
  const lane = new Lane('t', 0)
  for (let each = 0; each < count; each++) lane.waiting.push(batchOf(lane.nextOrder()))
  return lane
}

function batchOf(order: number): Batch {
  const records = [{ key: null, value: Buffer.from(String(order)), timestamp: 0n }]
  const bytes = encodeBatch({ baseTimestamp: 0n }, records)
  const rest = { count: 1, memory: bytes.length, createdAt: 0, numbers: [order, 1] }
  return { bytes, order, width: 1, attempts: 0, sequence: -1, identity: null, flushes: [], ...rest }
}

/** All that may go now; their places. */
function sendAll(lane: Lane): number[] {
  const sent: number[] = []
  for (;;) {
    const batch = lane.next(identity, 0, underWayMax)
    if (batch === null) return sent
    lane.send(batch)
    sent.push(batch.order)
  }
}

const underWayAt = (lane: Lane, order: number): Batch =>
  lane.underWay.find((each) => each.order === order)!

test('five batches are under way, once the first is answered', () => {
  const lane = laneOf(9)
  expect(sendAll(lane)).toEqual([0])
  lane.delivered(underWayAt(lane, 0))
  expect(sendAll(lane)).toEqual([1, 2, 3, 4, 5])
})

test('behind a batch that is sent again go those that were sent before, and no new one until it is answered', () => {
  const lane = laneOf(9)
  sendAll(lane)
  lane.delivered(underWayAt(lane, 0))
  sendAll(lane)
  // Appended, and not acknowledged in time; those behind it were.
  lane.again(underWayAt(lane, 1), { renew: false })
  lane.delivered(underWayAt(lane, 2))
  lane.delivered(underWayAt(lane, 3))
  lane.again(underWayAt(lane, 4), { renew: false })
  lane.again(underWayAt(lane, 5), { renew: false })
  expect(sendAll(lane)).toEqual([1, 4, 5])
  lane.delivered(underWayAt(lane, 1))
  lane.delivered(underWayAt(lane, 4))
  lane.delivered(underWayAt(lane, 5))
  expect(sendAll(lane)).toEqual([6, 7, 8])
})

test('behind a batch that is not answered go four, answered or not: the leader may have moved with the answer still out', () => {
  const lane = laneOf(12)
  sendAll(lane)
  lane.delivered(underWayAt(lane, 0))
  expect(sendAll(lane)).toEqual([1, 2, 3, 4, 5])
  lane.delivered(underWayAt(lane, 3))
  lane.delivered(underWayAt(lane, 5))
  lane.delivered(underWayAt(lane, 4))
  expect(sendAll(lane)).toEqual([])
  // Up to 5 all is answered but 2.
  lane.delivered(underWayAt(lane, 1))
  expect(sendAll(lane)).toEqual([6])
  lane.delivered(underWayAt(lane, 6))
  expect(sendAll(lane)).toEqual([])
  lane.delivered(underWayAt(lane, 2))
  expect(sendAll(lane)).toEqual([7, 8, 9, 10, 11])
})
