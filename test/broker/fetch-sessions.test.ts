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

function sequence() {
  let next = 0
  return { number: () => (next += 0.001) }
}

const partitionsOf = (plan: ReturnType<FetchSessions['plan']>) =>
  [...plan.targets].map(({ wanted }) => wanted.partition)

test('without a session every request names all it wants', () => {
  const sessions = new FetchSessions({ slots: 10, random: sequence() })
  const plan = sessions.plan(request({ partitions: [0, 1] }))
  expect({ id: plan.sessionId, incremental: plan.incremental }).toEqual({
    id: 0,
    incremental: false,
  })
  expect(partitionsOf(plan)).toEqual([0, 1])
  expect(sessions.size).toBe(0)
})

test('a session remembers, adds and forgets', () => {
  const sessions = new FetchSessions({ slots: 10, random: sequence() })
  const { sessionId } = sessions.plan(request({ sessionEpoch: 0, partitions: [0, 1] }))
  expect(sessionId).toBeGreaterThan(0)
  const second = sessions.plan(
    request({ sessionId, sessionEpoch: 1, partitions: [2], forgotten: [0] }),
  )
  expect(second.incremental).toBe(true)
  expect(partitionsOf(second)).toEqual([1, 2])
})

test.each([
  { sessionId: 77, sessionEpoch: 1, error: 'FETCH_SESSION_ID_NOT_FOUND' },
  { sessionId: null, sessionEpoch: 5, error: 'INVALID_FETCH_SESSION_EPOCH' },
])('$error', ({ sessionId, sessionEpoch, error }) => {
  const sessions = new FetchSessions({ slots: 10, random: sequence() })
  const own = sessions.plan(request({ sessionEpoch: 0, partitions: [0] })).sessionId
  expect(sessions.plan(request({ sessionId: sessionId ?? own, sessionEpoch })).error).toBe(error)
})

test('epoch -1 closes a session, and the request is answered all the same', () => {
  const sessions = new FetchSessions({ slots: 10, random: sequence() })
  const { sessionId } = sessions.plan(request({ sessionEpoch: 0, partitions: [0] }))
  const last = sessions.plan(request({ sessionId, sessionEpoch: -1, partitions: [3] }))
  expect(partitionsOf(last)).toEqual([3])
  expect(sessions.size).toBe(0)
})

test('the session that was used least recently makes room', () => {
  const sessions = new FetchSessions({ slots: 2, random: sequence() })
  const [a, b] = [0, 1].map(
    (partition) => sessions.plan(request({ sessionEpoch: 0, partitions: [partition] })).sessionId,
  )
  sessions.plan(request({ sessionId: a!, sessionEpoch: 1 }))
  sessions.plan(request({ sessionEpoch: 0, partitions: [2] }))
  expect(sessions.plan(request({ sessionId: b!, sessionEpoch: 1 })).error).toBe(
    'FETCH_SESSION_ID_NOT_FOUND',
  )
  expect(sessions.plan(request({ sessionId: a!, sessionEpoch: 2 })).error).toBe('NONE')
})
