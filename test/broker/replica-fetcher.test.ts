/** An answer says something of the log as it was when the question was put, and of no other one. */
import { expect, test } from 'vitest'
import { Hosted } from '../../src/broker/hosted.ts'
import { type FetcherOptions, ReplicaFetcher } from '../../src/broker/replica-fetcher.ts'
import { ReplicationThrottle } from '../../src/broker/replication-throttle.ts'
import { Settings } from '../../src/broker/settings.ts'
import { emptyImage } from '../../src/metadata/image.ts'
import type { fetch } from '../../src/protocol/apis/fetch.ts'
import type { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { code, type ErrorName } from '../../src/protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../src/protocol/schema.ts'
import { append, defaults, listeningLogger, topicId, world } from '../log/support.ts'

type Fetched = ResponseOf<typeof fetch>
type FetchRequest = RequestOf<typeof fetch>
type Listed = ResponseOf<typeof listOffsets>

const fetched = (
  error: ErrorName,
  divergingEpoch = { epoch: -1, endOffset: -1n },
): Partial<Fetched> => ({
  errorCode: 0,
  responses: [
    {
      topic: 't',
      topicId,
      partitions: [
        {
          partitionIndex: 0,
          errorCode: code(error),
          highWatermark: 0n,
          lastStableOffset: 0n,
          logStartOffset: 0n,
          divergingEpoch,
          currentLeader: { leaderId: -1, leaderEpoch: -1 },
          snapshotId: { endOffset: -1n, epoch: -1 },
          abortedTransactions: null,
          preferredReadReplica: -1,
          records: null,
        },
      ],
    },
  ],
})

const listed = (offset: bigint): Partial<Listed> => ({
  topics: [
    {
      name: 't',
      partitions: [
        {
          partitionIndex: 0,
          errorCode: 0,
          timestamp: -1n,
          offset,
          leaderEpoch: 0,
        },
      ],
    },
  ],
})

/** A replica with three records follows broker 2, which answers when the test says so. */
async function follower() {
  const { logs, clock } = await world()
  const log = logs.create('t', 0, topicId, defaults)
  for (const text of ['a=1', 'b=2', 'c=3']) append(log, text)
  const hosted = new Hosted(1, log)
  const asked: { api: string; request: FetchRequest; answer: (response: object) => void }[] = []
  const links = {
    call: (_: number, { name }: { name: string }, request: FetchRequest) =>
      new Promise<object>((answer) => asked.push({ api: name, request, answer })),
    drop: () => {},
  } as unknown as FetcherOptions['links']
  const image = emptyImage()
  const settings = new Settings({ brokerId: 1, fixed: new Map(), image: () => image })
  const of = { brokerId: 1, clock, settings }
  const fetcher = new ReplicaFetcher({
    ...of,
    leaderId: 2,
    brokerEpoch: () => 1n,
    links,
    logger: listeningLogger(),
    throttle: new ReplicationThrottle({ ...of, side: 'follower', image: () => image }),
  })
  const assign = (leaderId: number, leaderEpoch: number) =>
    hosted.turn(
      {
        kind: 'assigned',
        assignment: {
          leaderId,
          leaderEpoch,
          partitionEpoch: leaderEpoch,
          replicas: [1, 2],
          inSync: [1, 2],
          minInSync: 1,
        },
        logEndOffset: log.logEndOffset,
      },
      clock.now(),
    )
  assign(2, 0)
  fetcher.add(hosted)
  await settled()
  return { fetcher, hosted, log, asked, assign, logs, clock }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

const diverging = fetched('NONE', { epoch: 0, endOffset: 1n })
const outOfRange = fetched('OFFSET_OUT_OF_RANGE')

test('it truncates to where its leader parts', async () => {
  const { asked, log } = await follower()
  asked[0]!.answer(diverging)
  await settled()
  expect(log.logEndOffset).toBe(1n)
})

test('it truncates to the end of its leader', async () => {
  const { asked, log } = await follower()
  asked[0]!.answer(outOfRange)
  await settled()
  expect(asked.map(({ api }) => api)).toEqual(['Fetch', 'ListOffsets'])
  asked[1]!.answer(listed(2n))
  await settled()
  expect(log.logEndOffset).toBe(2n)
})

test.each([
  {
    what: 'led meanwhile, and wrote',
    happens: ({ fetcher, hosted, log, assign }: Awaited<ReturnType<typeof follower>>) => {
      fetcher.remove(hosted)
      assign(1, 1)
      append(log, 'd=4', { leaderEpoch: 1 })
      assign(2, 2)
      fetcher.add(hosted)
    },
    end: 4n,
  },
  {
    what: 'follows it in another epoch',
    happens: ({ fetcher, hosted, assign }: Awaited<ReturnType<typeof follower>>) => {
      fetcher.remove(hosted)
      assign(2, 1)
      fetcher.add(hosted)
    },
    end: 3n,
  },
  {
    what: 'leads',
    happens: ({ fetcher, hosted, assign }: Awaited<ReturnType<typeof follower>>) => {
      fetcher.remove(hosted)
      assign(1, 1)
    },
    end: 3n,
  },
])('nothing is truncated by an answer to one that $what', async ({ happens, end }) => {
  const early = await follower()
  happens(early)
  early.asked[0]!.answer(diverging)
  await settled()
  expect(early.log.logEndOffset).toBe(end)

  const late = await follower()
  late.asked[0]!.answer(outOfRange)
  await settled()
  happens(late)
  late.asked[1]!.answer(listed(1n))
  await settled()
  expect(late.log.logEndOffset).toBe(end)
})

test('what its leader has not heard yet it asks again soon, what will not pass later', async () => {
  const { asked, clock } = await follower()
  const askedAgainAfter = async (error: ErrorName) => {
    const before = asked.length
    asked.at(-1)!.answer(fetched(error))
    await settled()
    for (let ms = 0; ; ms += 10) {
      if (asked.length > before) return ms
      clock.advance(10)
      await settled()
    }
  }
  expect(await askedAgainAfter('NOT_LEADER_OR_FOLLOWER')).toBe(20)
  expect(await askedAgainAfter('UNKNOWN_LEADER_EPOCH')).toBe(40)
  expect(await askedAgainAfter('NONE')).toBe(0)
  expect(await askedAgainAfter('UNKNOWN_TOPIC_ID')).toBe(20)
  expect(await askedAgainAfter('FENCED_LEADER_EPOCH')).toBe(1000)
})

test('another replica wakes it, and is asked for no longer than until the first may ask again', async () => {
  const { asked, clock, fetcher, logs } = await follower()
  asked[0]!.answer(fetched('FENCED_LEADER_EPOCH'))
  await settled()
  clock.advance(800)
  await settled()
  expect(asked).toHaveLength(1)
  const other = new Hosted(1, logs.create('t', 1, topicId, defaults))
  fetcher.add(other)
  await settled()
  expect(asked[1]!.request).toMatchObject({
    maxWaitMs: 200,
    topics: [{ partitions: [{ partition: 1 }] }],
  })
})
