import { expect, test } from 'vitest'
import { moreCopies } from '../../../src/cli/jackdaw/copies.ts'
import { replacements } from '../../../src/cli/jackdaw/grow.ts'
import { healthOf } from '../../../src/cli/jackdaw/health.ts'
import type { TopicDescription } from '../../../src/client/admin/describe-topics.ts'
import type { BrokerStatus } from '../../../src/cluster/brokers.ts'

const broker = (id: number, state: BrokerStatus['state'] = 'running'): BrokerStatus => ({
  id,
  state,
  card: null,
})

/** Each partition as `leader: replicas / in sync`. */
function topic(name: string, ...partitions: string[]): TopicDescription {
  return {
    name,
    topicId: null,
    isInternal: false,
    partitions: partitions.map((text, partition) => {
      const [, leader, replicas, isr] = /^(-|\d+): ([\d,]+) \/ ([\d,]*)$/.exec(text)!
      const ids = (list: string) => (list === '' ? [] : list.split(',').map(Number))
      return {
        partition,
        leader: leader === '-' ? null : Number(leader),
        leaderEpoch: 0,
        replicas: ids(replicas!),
        isr: ids(isr!),
        offlineReplicas: [],
        elr: null,
        lastKnownElr: null,
      }
    }),
  }
}

const all = [broker(1), broker(2), broker(3)]
const inSync = topic('t', '1: 1,2,3 / 1,2,3')

test.each([
  {
    why: 'all is well',
    brokers: all,
    answers: { controllerId: 1, topics: [inSync] },
    verdict: 'healthy',
    problems: [],
  },
  {
    why: 'a broker is missing, and nobody misses it',
    brokers: [broker(1), broker(2, 'stopped')],
    answers: { controllerId: 1, topics: [topic('t', '1: 1 / 1')] },
    verdict: 'degraded',
    problems: ['broker 2 is stopped'],
  },
  {
    why: 'a replica is behind',
    brokers: all,
    answers: { controllerId: 1, topics: [inSync, topic('u', '1: 1,2 / 1', '2: 2,3 / 2,3')] },
    verdict: 'degraded',
    problems: ['1 of 3 partitions are under-replicated'],
  },
  {
    why: 'a partition has no leader',
    brokers: all,
    answers: { controllerId: 1, topics: [topic('u', '-: 2 / ')] },
    verdict: 'down',
    problems: ['1 partitions have no leader', '1 of 1 partitions are under-replicated'],
  },
  {
    why: 'nobody decides',
    brokers: all,
    answers: { controllerId: null, topics: [inSync] },
    verdict: 'down',
    problems: ['the metadata quorum has no leader'],
  },
  {
    why: 'nobody answers',
    brokers: [broker(1)],
    answers: null,
    verdict: 'down',
    problems: ['no broker answers'],
  },
  {
    why: 'nobody is there to answer',
    brokers: [broker(1, 'stopped'), broker(2, 'paused')],
    answers: null,
    verdict: 'down',
    problems: ['broker 1 is stopped', 'broker 2 is paused'],
  },
] as const)('$verdict: $why', ({ brokers, answers, verdict, problems }) => {
  const heard = answers && { ...answers, ends: new Map(), quorum: null }
  expect(healthOf(brokers, heard)).toMatchObject({ verdict, problems })
})

test('each broker has its share of leaders, replicas, and replicas that are behind', () => {
  const topics = [topic('t', '1: 1,2 / 1', '2: 2,3 / 2,3'), topic('u', '1: 1,3 / 1,3')]
  const heard = { controllerId: 2, topics, ends: new Map(), quorum: null }
  expect(healthOf(all, heard).brokers).toMatchObject([
    { id: 1, leads: 2, replicas: 2, behind: 0 },
    { id: 2, leads: 1, replicas: 2, behind: 1 },
    { id: 3, leads: 0, replicas: 2, behind: 0 },
  ])
})

const copies = (ends: Record<string, number>) =>
  new Map(Object.entries(ends).map(([key, end]) => [key, BigInt(end)]))

test('a follower lags by the records that its leaders have and it does not', () => {
  const topics = [
    topic('t', '1: 1,2,3 / 1,2', '2: 2,3 / 2', '-: 2,3 / '),
    topic('u', '3: 3,2 / 3,2', '1: 1,2 / 1'),
  ]
  const ends = new Map([
    [1, copies({ 't-0': 100, 'u-1': 9 })],
    // It has u-0 already as its leader had it a moment later, and of u-1 nothing yet.
    [2, copies({ 't-0': 99, 't-1': 7, 't-2': 5, 'u-0': 12 })],
    [3, copies({ 't-0': 60, 't-1': 2, 't-2': 4, 'u-0': 11 })],
  ])
  const heard = { controllerId: 1, topics, ends, quorum: null }
  expect(healthOf([...all, broker(4, 'stopped')], heard).brokers).toMatchObject([
    { id: 1, lag: 0, lagging: [] },
    { id: 2, lag: 1, lagging: [{ topic: 't', partition: 0, lag: 1 }] },
    {
      id: 3,
      lag: 45,
      lagging: [
        { topic: 't', partition: 0, lag: 40 },
        { topic: 't', partition: 1, lag: 5 },
      ],
    },
    { id: 4, lag: null, lagging: [] },
  ])
})

test('a node lags behind the leader of the metadata by the records that the leader knows it to lack', () => {
  const node = (id: number, end: number) => ({
    id,
    directoryId: '',
    logEndOffset: BigInt(end),
    lastFetchTimestamp: -1n,
    lastCaughtUpTimestamp: -1n,
  })
  const quorum = {
    leaderId: 2,
    leaderEpoch: 1,
    highWatermark: 40n,
    voters: [node(1, 38), node(2, 41), node(3, -1)],
    observers: [node(4, 11)],
    endpoints: new Map(),
  }
  const heard = { controllerId: 2, topics: [], ends: new Map(), quorum }
  const { brokers } = healthOf([...all, broker(4), broker(5)], heard)
  expect(brokers.map(({ metadataLag }) => metadataLag)).toEqual([3, 0, null, 30, null])
})

test('what a broker holds goes to those that hold least, at the same place in the list', () => {
  const topics = [
    topic('t', '4: 4,1 / 4,1', '1: 1,4 / 1,4', '2: 2,1 / 2,1'),
    topic('u', '4: 4 / 4'),
  ]
  expect(replacements(topics, { id: 4, others: [1, 2, 3] })).toEqual([
    { topic: 't', partition: 0, replicas: [3, 1] },
    { topic: 't', partition: 1, replicas: [1, 2] },
    { topic: 'u', partition: 0, replicas: [3] },
  ])
})

test('the topics of coordinators can have a copy on up to three brokers, first on those that hold least', () => {
  const offsets = topic('__consumer_offsets', '1: 1 / 1', '1: 1 / 1', '2: 2,1 / 2,1')
  const topics = [offsets, topic('t', '4: 4 / 4')]
  expect(moreCopies(topics, [1, 2, 3, 4])).toEqual([
    { topic: '__consumer_offsets', partition: 0, replicas: [1, 3, 2] },
    { topic: '__consumer_offsets', partition: 1, replicas: [1, 3, 4] },
    { topic: '__consumer_offsets', partition: 2, replicas: [2, 1, 3] },
  ])
  expect(moreCopies(topics, [1, 2]).map(({ replicas }) => replicas)).toEqual([
    [1, 2],
    [1, 2],
  ])
})

test('where there is no other broker, the topics of coordinators have a copy less', () => {
  const offsets = topic('__consumer_offsets', '3: 3,1,2 / 3,1,2')
  expect(replacements([offsets], { id: 3, others: [1, 2] })).toEqual([
    { topic: '__consumer_offsets', partition: 0, replicas: [1, 2] },
  ])
  const alone = topic('__consumer_offsets', '3: 3 / 3')
  expect(() => replacements([alone], { id: 3, others: [] })).toThrow('there is no place for 1')
})

test('where every broker has a replica, none can go', () => {
  const call = () => replacements([topic('t', '1: 1,2 / 1,2')], { id: 2, others: [1] })
  expect(call).toThrow(
    't-0 has a replica on every broker: without broker 2 there is no place for 2',
  )
})
