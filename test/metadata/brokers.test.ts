import { describe, expect, test } from 'vitest'
import { alterPartition } from '../../src/protocol/apis/alter-partition.ts'
import { assignReplicasToDirs } from '../../src/protocol/apis/assign-replicas-to-dirs.ts'
import { unregisterBroker } from '../../src/protocol/apis/unregister-broker.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { Cluster, uuid } from './cluster.ts'

/** Kind, version and what it says beside its keys, as DumpLogSegments would show it. */
function told(records: readonly { kind: string; version: number; value: object }[]) {
  return records.map(({ kind, version, value }) => {
    const { topicId, partitionId, brokerId, brokerEpoch, ...rest } = value as Record<
      string,
      unknown
    >
    const entries = Object.entries(rest).filter(([name, each]) => {
      const quiet: unknown[] = [
        null,
        0,
        ...(name === 'leader' ? [-2] : []),
        ...(name === 'leaderRecoveryState' ? [-1] : []),
      ]
      return !quiet.includes(each) && !(name === 'logDirs' && (each as unknown[]).length === 0)
    })
    return [kind, version, Object.fromEntries(entries)]
  })
}

test('a broker registers fenced, and is unfenced when it has caught up', () => {
  const cluster = new Cluster()
  expect(cluster.register(1)).toMatchObject({
    errorCode: 0,
    brokerEpoch: cluster.controller.nextOffset - 1n,
  })
  expect(cluster.image.brokers.get(1)).toMatchObject({ fenced: true })
  expect(cluster.beat(1, { currentMetadataOffset: 0n })).toMatchObject({
    isFenced: true,
    isCaughtUp: false,
  })
  expect(cluster.beat(1)).toMatchObject({ isFenced: false, isCaughtUp: true })
  expect(cluster.image.brokers.get(1)).toMatchObject({ fenced: false })
})

test('a stop in order, as Kafka 4.3 wrote it: shutdown, leaderless partitions that stay eligible, fence', () => {
  const cluster = new Cluster().brokers(1)
  cluster.create('orders')
  const leaving = cluster.records(() => {
    expect(cluster.beat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: false })
  })
  expect(told(leaving)).toEqual([
    ['brokerRegistrationChange', 1, { inControlledShutdown: 1 }],
    ['partitionChange', 2, { isr: [], leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1] }],
  ])
  const gone = cluster.records(() => {
    expect(cluster.beat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: true })
  })
  expect(told(gone)).toEqual([['brokerRegistrationChange', 0, { fenced: 1 }]])
})

test('after a stop in order it comes back as the leader that it was', () => {
  const cluster = new Cluster().brokers(1)
  cluster.create('orders')
  cluster.beat(1, { wantShutDown: true })
  cluster.beat(1, { wantShutDown: true })
  const { epoch } = cluster.image.brokers.get(1)!
  cluster.register(1, { incarnationId: uuid('second'), previousBrokerEpoch: epoch })
  const back = cluster.records(() => cluster.beat(1))
  expect(told(back)).toEqual([
    ['brokerRegistrationChange', 0, { fenced: -1 }],
    ['partitionChange', 2, { isr: [1], leader: 1, eligibleLeaderReplicas: [], lastKnownElr: [] }],
  ])
})

test('after a crash it is no eligible leader; the last known leader is taken uncleanly, if nobody else is there', () => {
  const cluster = new Cluster().brokers(1)
  cluster.create('orders')
  const again = cluster.records(() => cluster.register(1, { incarnationId: uuid('second') }))
  expect(told(again).map(([kind]) => kind)).toEqual(['partitionChange', 'registerBroker'])
  expect(cluster.partition('orders')).toMatchObject({
    leader: -1,
    isr: [],
    elr: [],
    lastKnownElr: [1],
  })
  cluster.beat(1)
  expect(cluster.partition('orders')).toMatchObject({ leader: 1, isr: [1], leaderRecoveryState: 1 })
})

test('a new incarnation waits for the session of the old one, unless it holds the same directories', () => {
  const cluster = new Cluster().brokers(1)
  const other = { incarnationId: uuid('second'), logDirs: [uuid('elsewhere')] }
  expect(errorName(cluster.register(1, other).errorCode)).toBe('DUPLICATE_BROKER_REGISTRATION')
  cluster.now += 9_001
  expect(cluster.register(1, other).errorCode).toBe(0)
  const same = { incarnationId: uuid('third'), logDirs: [uuid('elsewhere')] }
  expect(cluster.register(1, same).errorCode).toBe(0)
})

test.each([
  { why: 'another cluster', options: { clusterId: 'other' }, error: 'INCONSISTENT_CLUSTER_ID' },
  { why: 'no directory', options: { logDirs: [] }, error: 'INVALID_REGISTRATION' },
  {
    why: 'a reserved directory',
    options: { logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'] },
    error: 'INVALID_REGISTRATION',
  },
  {
    why: "somebody's directory",
    options: { logDirs: [uuid('directory1')] },
    error: 'INVALID_REGISTRATION',
  },
  { why: 'too old', options: { features: [] }, error: 'UNSUPPORTED_VERSION' },
])('a registration is refused: $why', ({ options, error }) => {
  const cluster = new Cluster().brokers(1)
  expect(errorName(cluster.register(2, options).errorCode)).toBe(error)
})

test('a silent broker is fenced, its leaderships go to replicas in sync, the order of the rest stays', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('orders', {
    replicas: [
      [3, 2, 1],
      [1, 3, 2],
    ],
  })
  for (let i = 0; i < 5; i++) {
    cluster.now += 2_000
    cluster.beat(1)
    cluster.beat(2)
    cluster.event({ kind: 'sweep' })
  }
  expect(cluster.image.brokers.get(3)).toMatchObject({ fenced: true })
  expect(cluster.partition('orders', 0)).toMatchObject({ leader: 2, isr: [2, 1], leaderEpoch: 1 })
  expect(cluster.partition('orders', 1)).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 0 })
})

test('when the controller itself was stopped, nobody is fenced for it', () => {
  const cluster = new Cluster().brokers(2)
  cluster.event({ kind: 'sweep' })
  cluster.now += 60_000
  cluster.event({ kind: 'sweep' })
  expect([...cluster.image.brokers.values()].map(({ fenced }) => fenced)).toEqual([false, false])
})

test('a broker whose process ended is fenced at once', () => {
  const cluster = new Cluster().brokers(2)
  cluster.create('orders', { replicas: [[2, 1]] })
  cluster.event({ kind: 'broker-gone', id: 2 })
  expect(cluster.partition('orders')).toMatchObject({ leader: 1, isr: [1] })
})

test('below the minimum whoever leaves stays eligible, and leads when it returns', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('orders', { replicas: [[1, 2, 3]], configs: { 'min.insync.replicas': '2' } })
  cluster.event({ kind: 'broker-gone', id: 3 })
  expect(cluster.partition('orders')).toMatchObject({ isr: [1, 2], elr: [] })
  cluster.event({ kind: 'broker-gone', id: 2 })
  expect(cluster.partition('orders')).toMatchObject({ isr: [1], elr: [2] })
  cluster.event({ kind: 'broker-gone', id: 1 })
  expect(cluster.partition('orders')).toMatchObject({
    isr: [],
    elr: [1, 2],
    leader: -1,
    lastKnownElr: [1],
  })
  cluster.beat(3)
  expect(cluster.partition('orders'), 'it may lack records').toMatchObject({ leader: -1 })
  cluster.beat(2)
  expect(cluster.partition('orders')).toMatchObject({
    leader: 2,
    isr: [2],
    elr: [1],
    lastKnownElr: [],
  })
})

test('a broker in controlled shutdown may go when the others know the new leaders', () => {
  const cluster = new Cluster().brokers(2)
  cluster.create('orders', { replicas: [[1, 2]] })
  const seen = cluster.controller.nextOffset - 1n
  cluster.beat(1, { wantShutDown: true })
  cluster.beat(2, { currentMetadataOffset: seen })
  expect(cluster.beat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: false })
  cluster.beat(2)
  expect(cluster.beat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: true })
})

function altered(cluster: Cluster, isr: number[], options: object = {}) {
  const { leaderEpoch, partitionEpoch, leader } = cluster.partition('orders')
  const partition = {
    partitionIndex: 0,
    leaderEpoch,
    newIsr: [],
    newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: -1n })),
    leaderRecoveryState: 0,
    partitionEpoch,
    ...options,
  }
  const topicId = cluster.image.topicsByName.get('orders')!.id
  const brokerId = (options as { by?: number }).by ?? leader
  const brokerEpoch = cluster.image.brokers.get(brokerId)!.epoch
  const request = { brokerId, brokerEpoch, topics: [{ topicId, partitions: [partition] }] }
  return cluster.ask(alterPartition, request).topics[0]!.partitions[0]!
}

test.each([
  { why: 'a smaller set', isr: [1, 2], error: 'NONE' },
  { why: 'not the leader', isr: [2], options: { by: 2 }, error: 'INVALID_REQUEST' },
  { why: 'an old leader', isr: [1], options: { leaderEpoch: -1 }, error: 'FENCED_LEADER_EPOCH' },
  { why: 'from the future', isr: [1], options: { leaderEpoch: 7 }, error: 'NOT_CONTROLLER' },
  { why: 'an old set', isr: [1], options: { partitionEpoch: -1 }, error: 'INVALID_UPDATE_VERSION' },
  { why: 'without the leader', isr: [2], error: 'INVALID_REQUEST' },
  { why: 'a stranger', isr: [1, 4], error: 'INVALID_REQUEST' },
  { why: 'twice the same', isr: [1, 2, 2], error: 'INVALID_REQUEST' },
  { why: 'one that is fenced', isr: [1, 3], error: 'INELIGIBLE_REPLICA' },
  {
    why: 'an incarnation of before',
    isr: [1, 2],
    options: {
      newIsrWithEpochs: [
        { brokerId: 1, brokerEpoch: -1n },
        { brokerId: 2, brokerEpoch: 3n },
      ],
    },
    error: 'INELIGIBLE_REPLICA',
  },
])('another in-sync set: $why', ({ isr, options, error }) => {
  const cluster = new Cluster().brokers(4)
  cluster.create('orders', { replicas: [[1, 2, 3]] })
  cluster.event({ kind: 'broker-gone', id: 3 })
  const answer = altered(cluster, isr, options)
  expect(errorName(answer.errorCode)).toBe(error)
  if (error === 'NONE') expect(answer).toMatchObject({ isr, leaderId: 1, partitionEpoch: 1 })
})

test('an unregistered broker leaves everything, and is unknown from then on', () => {
  const cluster = new Cluster().brokers(2)
  cluster.create('orders', { replicas: [[2, 1]] })
  expect(cluster.ask(unregisterBroker, { brokerId: 2 }).errorCode).toBe(0)
  expect(cluster.partition('orders')).toMatchObject({ leader: 1, isr: [1] })
  expect(errorName(cluster.ask(unregisterBroker, { brokerId: 2 }).errorCode)).toBe(
    'BROKER_ID_NOT_REGISTERED',
  )
})

test('a broker with several directories says where it keeps a replica, and which directory failed', () => {
  const cluster = new Cluster()
  const logDirs = [uuid('one'), uuid('two')]
  for (const id of [1, 2]) {
    cluster.register(id, id === 1 ? { logDirs } : {})
    cluster.beat(id)
  }
  cluster.create('orders', { replicas: [[1, 2]] })
  expect(cluster.partition('orders').directories).toEqual([
    'AAAAAAAAAAAAAAAAAAAAAA',
    uuid('directory2'),
  ])
  reportsDirectory(cluster, 1, uuid('two'))
  expect(cluster.partition('orders').directories[0]).toBe(uuid('two'))
  cluster.beat(1, { offlineLogDirs: [uuid('two')] })
  expect(cluster.partition('orders')).toMatchObject({ leader: 2, isr: [2] })
  expect(cluster.image.brokers.get(1)!.logDirs).toEqual([uuid('one')])
})

/** The broker says that it keeps its replica of `orders` there. */
function reportsDirectory(cluster: Cluster, brokerId: number, id: string): void {
  const { id: topicId } = cluster.image.topicsByName.get('orders')!
  const { directories } = cluster.ask(assignReplicasToDirs, {
    brokerId,
    brokerEpoch: cluster.image.brokers.get(brokerId)!.epoch,
    directories: [{ id, topics: [{ topicId, partitions: [{ partitionIndex: 0 }] }] }],
  })
  expect(directories[0]!.topics[0]!.partitions[0]!.errorCode).toBe(0)
}

describe.each(['before', 'after'] as const)(
  'a broker on an empty disk that says where its replica lies %s it is taken in',
  (when) => {
    /** Broker 1, the last one in sync, comes back. */
    function back(cluster: Cluster, options: object, lies: string): void {
      cluster.event({ kind: 'broker-gone', id: 1 })
      cluster.register(1, { incarnationId: uuid('second'), ...options })
      if (when === 'before') reportsDirectory(cluster, 1, lies)
      cluster.beat(1)
      if (when === 'after') reportsDirectory(cluster, 1, lies)
    }
    const empty = { logDirs: [uuid('new')] }

    function twoBrokers(minInSync: string): Cluster {
      const cluster = new Cluster().brokers(2)
      const configs = { 'min.insync.replicas': minInSync }
      cluster.create('orders', { replicas: [[1, 2]], configs })
      cluster.event({ kind: 'broker-gone', id: 2 })
      return cluster
    }

    test('was in sync last: nobody leads, rather than nothing', () => {
      const cluster = twoBrokers('1')
      back(cluster, empty, uuid('new'))
      const nobody = { leader: -1, isr: [], elr: [], lastKnownElr: [] }
      expect(cluster.partition('orders')).toMatchObject(nobody)
      cluster.register(2, { incarnationId: uuid('third') })
      cluster.beat(2)
      expect(cluster.partition('orders'), 'it may lack records').toMatchObject(nobody)
    })

    test('was stopped in order, and is not eligible any more; who has its disk is', () => {
      const cluster = twoBrokers('2')
      const previousBrokerEpoch = cluster.image.brokers.get(1)!.epoch
      back(cluster, { ...empty, previousBrokerEpoch }, uuid('new'))
      expect(cluster.partition('orders')).toMatchObject({ leader: -1, isr: [], elr: [2] })
      const second = { previousBrokerEpoch: cluster.image.brokers.get(2)!.epoch }
      cluster.register(2, { incarnationId: uuid('third'), ...second })
      cluster.beat(2)
      expect(cluster.partition('orders')).toMatchObject({ leader: 2, isr: [2] })
    })

    test('has the only replica: it leads again, since there is nothing else', () => {
      const cluster = new Cluster().brokers(1)
      cluster.create('orders', { replicas: [[1]] })
      back(cluster, empty, uuid('new'))
      expect(cluster.partition('orders')).toMatchObject({ leader: 1, isr: [1] })
    })

    test('moved the replica from one directory to the other: it leads again', () => {
      const cluster = twoBrokers('1')
      back(cluster, { logDirs: [uuid('directory1'), uuid('new')] }, uuid('new'))
      expect(cluster.partition('orders')).toMatchObject({ leader: 1, isr: [1] })
    })
  },
)

test('a broker in controlled shutdown does not come back into an in-sync set', () => {
  const cluster = new Cluster().brokers(2)
  cluster.create('orders', { replicas: [[1, 2]] })
  // It leads something, so it does not go at once.
  cluster.create('own', { replicas: [[2]] })
  cluster.beat(2, { wantShutDown: true })
  expect(cluster.partition('orders').isr).toEqual([1])
  expect(errorName(altered(cluster, [1, 2]).errorCode)).toBe('INELIGIBLE_REPLICA')
})
