import { expect, test } from 'vitest'
import { alterPartition } from '../../src/protocol/apis/alter-partition.ts'
import { alterPartitionReassignments } from '../../src/protocol/apis/alter-partition-reassignments.ts'
import { electLeaders } from '../../src/protocol/apis/elect-leaders.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { listPartitionReassignments } from '../../src/protocol/apis/list-partition-reassignments.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { Cluster } from './cluster.ts'

function move(cluster: Cluster, replicas: number[] | null, factorMayChange = true) {
  const { responses } = cluster.ask(alterPartitionReassignments, {
    timeoutMs: 0,
    allowReplicationFactorChange: factorMayChange,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, replicas }] }],
  })
  const { errorCode, errorMessage } = responses[0]!.partitions[0]!
  return [errorName(errorCode), errorMessage]
}

/** The leader says who is in sync now. */
function inSync(cluster: Cluster, isr: number[]): string {
  const { leader, leaderEpoch, partitionEpoch } = cluster.partition('t')
  const partition = {
    partitionIndex: 0,
    leaderEpoch,
    newIsr: [],
    newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: -1n })),
    leaderRecoveryState: 0,
    partitionEpoch,
  }
  const topicId = cluster.image.topicsByName.get('t')!.id
  const brokerEpoch = cluster.image.brokers.get(leader)!.epoch
  const request = { brokerId: leader, brokerEpoch, topics: [{ topicId, partitions: [partition] }] }
  return errorName(cluster.ask(alterPartition, request).topics[0]!.partitions[0]!.errorCode)
}

const moving = (cluster: Cluster) =>
  cluster.ask(listPartitionReassignments, { timeoutMs: 0, topics: null }).topics

const ok = ['NONE', null]

test('replicas come, catch up, and take over; then those that go are gone', () => {
  const cluster = new Cluster().brokers(4)
  cluster.create('t', { replicas: [[1, 2]] })
  expect(move(cluster, [3, 4])).toEqual(ok)
  expect(cluster.partition('t')).toMatchObject({
    replicas: [3, 4, 1, 2],
    addingReplicas: [3, 4],
    removingReplicas: [1, 2],
    leader: 1,
  })
  expect(moving(cluster)).toMatchObject([{ name: 't', partitions: [{ addingReplicas: [3, 4] }] }])
  expect(inSync(cluster, [1, 2, 3])).toBe('NONE')
  expect(inSync(cluster, [1, 2, 3, 4]), 'the leader itself goes').toBe('NEW_LEADER_ELECTED')
  expect(cluster.partition('t')).toMatchObject({
    replicas: [3, 4],
    isr: [3, 4],
    leader: 3,
    addingReplicas: [],
    removingReplicas: [],
  })
  expect(moving(cluster)).toEqual([])
})

test('a move is taken back: what was coming goes, what was going stays', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[1, 2]] })
  move(cluster, [2, 3])
  expect(move(cluster, null)).toEqual(ok)
  expect(cluster.partition('t')).toMatchObject({
    replicas: [2, 1],
    isr: [1, 2],
    leader: 1,
    addingReplicas: [],
  })
  expect(move(cluster, null)[0]).toBe('NO_REASSIGNMENT_IN_PROGRESS')
})

test('a move that replaces another does not count its replicas as arrived', () => {
  const cluster = new Cluster().brokers(4)
  cluster.create('t', { replicas: [[1, 2]] })
  move(cluster, [3, 4])
  expect(move(cluster, [3, 2])).toEqual(ok)
  expect(cluster.partition('t')).toMatchObject({
    addingReplicas: [3],
    removingReplicas: [1, 4],
    leader: 1,
  })
  inSync(cluster, [1, 2, 3])
  expect(cluster.partition('t')).toMatchObject({
    replicas: [3, 2],
    isr: [2, 3],
    removingReplicas: [],
  })
})

test('fewer replicas: those that go leave at once, and their leader tells them', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[1, 2, 3]] })
  expect(move(cluster, [1])).toEqual(ok)
  expect(cluster.partition('t')).toMatchObject({
    replicas: [1],
    isr: [1],
    leader: 1,
    leaderEpoch: 1,
  })
})

test.each([
  { replicas: [], message: 'The manual partition assignment includes an empty replica list.' },
  {
    replicas: [1, 9],
    message: 'The manual partition assignment includes broker 9, but no such broker is registered.',
  },
  {
    replicas: [1, 1],
    message: 'The manual partition assignment includes the broker 1 more than once.',
  },
])('refused: $message', ({ replicas, message }) => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[1, 2]] })
  expect(move(cluster, replicas)).toEqual(['INVALID_REPLICA_ASSIGNMENT', message])
})

test('the number of replicas stays where that was asked for', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[1, 2]] })
  expect(move(cluster, [1, 2, 3], false)).toEqual([
    'INVALID_REPLICATION_FACTOR',
    'The replication factor is changed from 2 to 3',
  ])
})

function elected(cluster: Cluster, type: number, topics: string[] | null) {
  const topicPartitions = topics?.map((topic) => ({ topic, partitions: [0] })) ?? null
  const { replicaElectionResults } = cluster.ask(electLeaders, {
    electionType: type,
    topicPartitions,
    timeoutMs: 0,
  })
  return replicaElectionResults.flatMap(({ topic, partitionResult }) =>
    partitionResult.map(({ errorCode }) => [topic, errorName(errorCode)]),
  )
}

test('preferred leaders are elected where they are in sync', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[3, 1, 2]] })
  cluster.create('well', { replicas: [[1, 2, 3]] })
  cluster.event({ kind: 'broker-gone', id: 3 })
  expect(elected(cluster, 0, ['t', 'well', 'none'])).toEqual([
    ['t', 'PREFERRED_LEADER_NOT_AVAILABLE'],
    ['well', 'ELECTION_NOT_NEEDED'],
    ['none', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])
  cluster.beat(3)
  inSync(cluster, [1, 2, 3])
  expect(elected(cluster, 0, null)).toEqual([['t', 'NONE']])
  expect(cluster.partition('t').leader).toBe(3)
})

test.each([
  { seconds: 4, enable: 'true', leader: 1, why: 'not before it is time to look' },
  { seconds: 12, enable: 'true', leader: 2, why: 'when it is time to look' },
  { seconds: 12, enable: 'false', leader: 1, why: 'not where that is switched off' },
])('leadership goes back by itself, $why', ({ seconds, enable, leader }) => {
  const cluster = new Cluster({
    'leader.imbalance.check.interval.seconds': '10',
    'auto.leader.rebalance.enable': enable,
  }).brokers(2)
  cluster.create('t', { replicas: [[2, 1]] })
  const pass = (wanted: number) => {
    for (let i = 0; i < wanted; i += 2) {
      cluster.now += 2_000
      cluster.beat(1)
      cluster.beat(2)
      cluster.event({ kind: 'sweep' })
    }
  }
  // From here on the next look is ten seconds away.
  pass(10)
  cluster.event({ kind: 'broker-gone', id: 2 })
  cluster.beat(2)
  inSync(cluster, [1, 2])
  pass(seconds)
  expect(cluster.partition('t').leader).toBe(leader)
})

test('a move that would leave nobody in sync behind is not taken back', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[1]] })
  move(cluster, [2, 3])
  inSync(cluster, [1, 2])
  cluster.event({ kind: 'broker-gone', id: 1 })
  expect(cluster.partition('t')).toMatchObject({ leader: 2, isr: [2] })
  expect(move(cluster, null)).toEqual([
    'INVALID_REPLICA_ASSIGNMENT',
    'Unable to revert partition assignment for t:0 because it would require an unclean leader election.',
  ])
})

test('an unclean leader only where nobody else is left, and only if asked for', () => {
  const cluster = new Cluster().brokers(2)
  cluster.create('t', { replicas: [[1, 2]], configs: { 'min.insync.replicas': '1' } })
  cluster.event({ kind: 'broker-gone', id: 2 })
  cluster.event({ kind: 'broker-gone', id: 1 })
  cluster.beat(2)
  expect(cluster.partition('t')).toMatchObject({ leader: -1, elr: [1] })
  expect(elected(cluster, 1, ['t'])).toEqual([['t', 'NONE']])
  expect(cluster.partition('t')).toMatchObject({
    leader: 2,
    isr: [2],
    leaderRecoveryState: 1,
    elr: [],
  })
})

test('a topic that allows it gets an unclean leader without being asked', () => {
  const cluster = new Cluster().brokers(2)
  cluster.create('t', { replicas: [[1, 2]], configs: { 'unclean.leader.election.enable': 'true' } })
  cluster.event({ kind: 'broker-gone', id: 2 })
  cluster.event({ kind: 'broker-gone', id: 1 })
  cluster.beat(2)
  expect(cluster.partition('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 1 })
})

test('a topic that allows it only later gets an unclean leader when it is time to look', () => {
  const cluster = new Cluster({ 'leader.imbalance.check.interval.seconds': '10' }).brokers(2)
  cluster.create('t', { replicas: [[1, 2]] })
  cluster.event({ kind: 'broker-gone', id: 2 })
  cluster.event({ kind: 'broker-gone', id: 1 })
  cluster.beat(2)
  const name = 'unclean.leader.election.enable'
  const configs = [{ name, configOperation: 0, value: 'true' }]
  cluster.ask(incrementalAlterConfigs, {
    resources: [{ resourceType: 2, resourceName: 't', configs }],
    validateOnly: false,
  })
  expect(cluster.partition('t').leader).toBe(-1)
  cluster.now += 10_000
  cluster.event({ kind: 'sweep' })
  expect(cluster.partition('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 1 })
})
