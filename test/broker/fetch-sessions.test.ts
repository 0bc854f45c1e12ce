import { expect, test } from 'vitest'
import { FetchSessions } from '../../src/broker/fetch-sessions.ts'
import type { fetch } from '../../src/protocol/apis/fetch.ts'
import { fetch as fetchApi } from '../../src/protocol/apis/fetch.ts'
import { decode, encode } from '../../src/protocol/codec.ts'
import type { RequestOf } from '../../src/protocol/schema.ts'

type FetchRequest = RequestOf<typeof fetch>

function request(
  given: Partial<{
    sessionId: number
    sessionEpoch: number
    partitions: number[]
    forgotten: number[]
  }>,
): FetchRequest {
  const { sessionId = 0, sessionEpoch = -1, partitions = [], forgotten = [] } = given
  const bytes = encode(fetchApi.request, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    isolationLevel: 0,
    sessionId,
    sessionEpoch,
    topics:
      partitions.length === 0
        ? []
        : [
            {
              topic: 't',
              partitions: partitions.map((partition) => ({
                partition,
                fetchOffset: 0n,
                partitionMaxBytes: 1000,
              })),
            },
          ],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ topic: 't', partitions: forgotten }],
    rackId: '',
  })
  return decode(fetchApi.request, 12, bytes)
}

const named = { byId: false }
const evictableAfterMs = 120_000

function world({ slots = 10 } = {}) {
  let next = 0
  const time = { now: 0 }
  const random = { number: () => (next += 0.001) }
  const sessions = new FetchSessions({ slots, random, clock: { monotonic: () => time.now } })
  const plan = (given: Parameters<typeof request>[0], how = named) =>
    sessions.plan(request(given), how)
  return { sessions, plan, time }
}

const partitionsOf = (plan: ReturnType<FetchSessions['plan']>) =>
  [...plan.targets].map(({ wanted }) => wanted.partition)

test('without a session every request names all it wants', () => {
  const { sessions, plan } = world()
  const planned = plan({ partitions: [0, 1] })
  expect({ id: planned.sessionId, incremental: planned.incremental }).toEqual({
    id: 0,
    incremental: false,
  })
  expect(partitionsOf(planned)).toEqual([0, 1])
  expect(sessions.size).toBe(0)
})

test('a session remembers, adds and forgets', () => {
  const { plan } = world()
  const { sessionId } = plan({ sessionEpoch: 0, partitions: [0, 1] })
  expect(sessionId).toBeGreaterThan(0)
  const second = plan({ sessionId, sessionEpoch: 1, partitions: [2], forgotten: [0] })
  expect(second.incremental).toBe(true)
  expect(partitionsOf(second)).toEqual([1, 2])
})

test.each([
  { sessionId: 77, sessionEpoch: 1, how: named, error: 'FETCH_SESSION_ID_NOT_FOUND' },
  { sessionId: null, sessionEpoch: 5, how: named, error: 'INVALID_FETCH_SESSION_EPOCH' },
  { sessionId: null, sessionEpoch: 1, how: { byId: true }, error: 'FETCH_SESSION_TOPIC_ID_ERROR' },
])('$error', ({ sessionId, sessionEpoch, how, error }) => {
  const { plan } = world()
  const own = plan({ sessionEpoch: 0, partitions: [0] }).sessionId
  expect(plan({ sessionId: sessionId ?? own, sessionEpoch }, how).error).toBe(error)
})

test('epoch -1 closes a session, and the request is answered all the same', () => {
  const { sessions, plan } = world()
  const { sessionId } = plan({ sessionEpoch: 0, partitions: [0] })
  const last = plan({ sessionId, sessionEpoch: -1, partitions: [3] })
  expect(partitionsOf(last)).toEqual([3])
  expect(sessions.size).toBe(0)
})

test('a session that forgets its last partition is over', () => {
  const { sessions, plan } = world()
  const { sessionId } = plan({ sessionEpoch: 0, partitions: [0] })
  expect(plan({ sessionId, sessionEpoch: 1, forgotten: [0] }).sessionId).toBe(0)
  expect(sessions.size).toBe(0)
})

test('while all sessions are in use, who comes later fetches without one', () => {
  const { sessions, plan, time } = world({ slots: 1 })
  const { sessionId } = plan({ sessionEpoch: 0, partitions: [0] })
  time.now = evictableAfterMs
  const late = plan({ sessionEpoch: 0, partitions: [1] })
  expect({ id: late.sessionId, partitions: partitionsOf(late) }).toEqual({ id: 0, partitions: [1] })
  expect(plan({ sessionId, sessionEpoch: 1 }).error).toBe('NONE')
  expect(sessions.size).toBe(1)
})

test('the session that was not used for longest makes room', () => {
  const { plan, time } = world({ slots: 2 })
  const [a, b] = [0, 1].map(
    (partition) => plan({ sessionEpoch: 0, partitions: [partition] }).sessionId,
  )
  time.now = evictableAfterMs + 1
  plan({ sessionId: a!, sessionEpoch: 1 })
  expect(plan({ sessionEpoch: 0, partitions: [2] }).sessionId).toBeGreaterThan(0)
  expect(plan({ sessionId: b!, sessionEpoch: 1 }).error).toBe('FETCH_SESSION_ID_NOT_FOUND')
  expect(plan({ sessionId: a!, sessionEpoch: 2 }).error).toBe('NONE')
})
