/** A replica moves to another log directory, and one of the two disks fails in the middle; or the broker is killed there. */
import { expect, test } from 'vitest'
import { alterReplicaLogDirs } from '../../../src/client/admin/log-dirs.ts'
import type { Operation } from '../disk.ts'
import { soonMs, threeBrokers, withTopic } from './three.ts'
import { topic } from './topics.ts'
import { ClusterWorld } from './world.ts'

type Broker = ClusterWorld['brokers'][number]

/** One broker with a topic of one partition in the first directory, and records in it. */
async function started(seed: number): Promise<{ world: ClusterWorld; broker: Broker }> {
  const world = new ClusterWorld({ seed, voters: 1, others: 0, troubleMs: 0, directories: 3 })
  const { client } = world
  const broker = world.brokers[0]!
  broker.start()
  await world.until(soonMs, 'it comes up', () => broker.isReady)
  await asked(world, '/data')
  let isOpen = false
  client.admin
    .createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }])
    .then(() => client.open(topic))
    .then(() => {
      isOpen = true
    })
  await world.until(soonMs, 'the topic is there', () => isOpen && directoryOf(broker) !== undefined)
  expect(directoryOf(broker)).toBe('/data/orders-0')
  await written(world, 20)
  return { world, broker }
}

/** What the broker said. */
async function asked(world: ClusterWorld, path: string): Promise<string> {
  let said: string | null = null
  const move = { topic, partition: 0, brokerId: 1, path }
  alterReplicaLogDirs(world.client.admin.cluster, [move]).then((results) => {
    const result = results.get(move)!
    said = result.ok ? 'NONE' : result.error.error
  })
  await world.until(soonMs, 'the broker answers', () => said !== null)
  return said!
}

async function written(world: ClusterWorld, count: number): Promise<void> {
  for (let i = 0; i < count; i++) world.client.write(0)
  await world.until(soonMs, 'all is acknowledged', () => {
    return world.client.acknowledged.size === world.client.written.length
  })
}

const hostedOf = ({ node }: Broker) => node?.replicas.get(topic, 0)
const directoryOf = (broker: Broker) => hostedOf(broker)?.log.directory

async function settledIn(world: ClusterWorld, broker: Broker, path: string): Promise<void> {
  const isSettled = () => {
    const hosted = hostedOf(broker)
    const { logs, image } = broker.node ?? {}
    const known = image?.topicsByName.get(topic)?.partitions[0]?.directories[0]
    return (
      hosted?.move === null &&
      hosted.log.directory === `${path}/orders-0` &&
      known === logs!.directoryIdOf(hosted.log)
    )
  }
  await world.until(soonMs, () => `it lies in ${directoryOf(broker)}, not in ${path}`, isSettled)
}

function expectAll(world: ClusterWorld, broker: Broker): void {
  expect(world.history.valuesOf(broker, topic, 0)).toEqual(world.client.written)
}

test('it moves while records come, and the next start finds it there', async () => {
  const { world, broker } = await started(1)
  expect(await asked(world, '/more')).toBe('NONE')
  await written(world, 20)
  await settledIn(world, broker, '/more')
  await written(world, 20)
  expectAll(world, broker)
  broker.kill()
  broker.start()
  await world.until(soonMs, 'it is back', () => broker.isReady)
  await settledIn(world, broker, '/more')
  expectAll(world, broker)
})

const inMore = (operation: Operation) => operation.path.startsWith('/more/')

test.each<{ when: string; isBegun: boolean; fails: (operation: Operation) => boolean }>([
  {
    when: 'the copy is made',
    isBegun: false,
    fails: (each) => inMore(each) && each.kind === 'folder',
  },
  {
    when: 'records are copied',
    isBegun: true,
    fails: (each) => inMore(each) && /\d\.log$/.test(each.path) && each.kind === 'write',
  },
  {
    when: 'the copy is flushed',
    isBegun: true,
    fails: (each) => inMore(each) && each.kind === 'sync',
  },
  {
    when: 'the copy gets its name',
    isBegun: true,
    fails: (each) => inMore(each) && each.kind === 'rename' && each.path.endsWith('-future'),
  },
])(
  'the new disk fails when $when: the replica stays where it is, and may go elsewhere',
  async ({ fails, isBegun }) => {
    const { world, broker } = await started(2)
    broker.disk.faults.refuse = (operation) => (fails(operation) ? 'EIO' : null)
    await asked(world, '/more')
    const hasFailed = () => broker.node!.logs.directories().some(({ online }) => !online)
    await world.until(soonMs, 'the disk fails', hasFailed)
    await settledIn(world, broker, '/data')
    await written(world, 10)
    expect(await asked(world, '/more')).toBe('KAFKA_STORAGE_ERROR')
    expect(await asked(world, '/most')).toBe('NONE')
    await settledIn(world, broker, '/most')
    await written(world, 10)
    expectAll(world, broker)
    broker.kill()
    broker.start()
    await world.until(soonMs, 'it is back', () => broker.isReady)
    // With the disk, what was begun there is back: as Kafka does, the broker goes on with it.
    await settledIn(world, broker, isBegun ? '/more' : '/most')
    expectAll(world, broker)
  },
)

test.each(Array.from({ length: 40 }, (_, index) => index * 2))(
  'killed at operation %i behind the wish, it ends up in the new directory with all that was acknowledged',
  async (at) => {
    const { world, broker } = await started(3)
    const from = broker.disk.operations
    let isDown = false
    broker.disk.faults.observe = () => {
      if (broker.disk.operations < from + at || isDown) return
      isDown = true
      world.time.after(0, () => broker.kill())
    }
    const move = { topic, partition: 0, brokerId: 1, path: '/more' }
    const { cluster } = world.client.admin
    alterReplicaLogDirs(cluster, [move], { timeoutMs: 1000 }).catch(() => {})
    for (let i = 0; i < 20; i++) world.client.write(0)
    await world.run(5000)
    if (!isDown) broker.kill()
    broker.disk.faults.observe = () => {}
    broker.start()
    await world.until(soonMs, 'it is back', () => broker.isReady)
    await asked(world, '/more')
    await settledIn(world, broker, '/more')
    await written(world, 5)
    expectAll(world, broker)
    expect([...broker.node!.logs.futures.all()]).toEqual([])
  },
  60_000,
)

test('a directory that fails before anything is read from it keeps no broker from starting', async () => {
  const world = new ClusterWorld({ seed: 4, voters: 1, others: 0, troubleMs: 0, directories: 2 })
  const broker = world.brokers[0]!
  broker.disk.faults.refuse = ({ path }) => (path.startsWith('/more') ? 'EIO' : null)
  broker.start()
  await world.until(soonMs, 'it comes up', () => broker.isReady)
  expect(await asked(world, '/more')).toBe('KAFKA_STORAGE_ERROR')
  const registered = broker.node!.image.brokers.get(1)!.logDirs
  expect(registered).toEqual([broker.node!.logs.directories()[0]!.id])
})

test('while the directory of a partition has failed, nothing empty takes its place; with the disk the records are back', async () => {
  const { world, broker } = await started(5)
  expect(await asked(world, '/more')).toBe('NONE')
  await settledIn(world, broker, '/more')
  const restart = async (fails: boolean) => {
    broker.kill()
    const isRefused = (path: string) => fails && path.startsWith('/more')
    broker.disk.faults.refuse = ({ path }) => (isRefused(path) ? 'EIO' : null)
    broker.start()
    await world.until(soonMs, 'it is back', () => broker.isReady)
  }
  await restart(true)
  await world.run(3000)
  expect(hostedOf(broker)).toBeUndefined()
  expect(broker.node!.image.topicsByName.get(topic)!.partitions[0]!.leader).toBe(-1)
  await restart(false)
  await settledIn(world, broker, '/more')
  await written(world, 5)
  expectAll(world, broker)
})

test.each([
  { seed: 6, when: 'before the controller knows that the replica lies there', afterMs: 0 },
  { seed: 7, when: 'later', afterMs: 3000 },
  { seed: 8, when: 'much later', afterMs: 20_000 },
])(
  'a directory fails under its leader, $when: another replica leads, and the other directory goes on',
  async ({ seed, afterMs }) => {
    const world = await threeBrokers({ seed, directories: 2 })
    await withTopic(world)
    const { brokers, client } = world
    // Two partitions, two directories: the metadata log lies in the first, so the second may fail alone.
    const known = () => brokers[0]!.node!.image.topicsByName.get(topic)!.partitions
    const hit = [0, 1].find((partition) => {
      const leader = brokers.find(({ id }) => id === known()[partition]!.leader)!
      return leader.node!.replicas.get(topic, partition)!.log.directory.startsWith('/more/')
    })
    expect(hit).toBeDefined()
    const partition = hit!
    const leader = brokers.find(({ id }) => id === known()[partition]!.leader)!
    await written(world, 10)
    await world.run(afterMs)
    leader.disk.faults.refuse = ({ path }) => (path.startsWith('/more') ? 'EIO' : null)
    for (let i = 0; i < 10; i++) client.write(partition)
    await world.until(soonMs, 'all is acknowledged', () => {
      return client.acknowledged.size === client.written.length
    })
    const isOut = ({ node }: Broker) => {
      const { leader: now, isr } = node!.image.topicsByName.get(topic)!.partitions[partition]!
      return now > 0 && now !== leader.id && !isr.includes(leader.id)
    }
    await world.until(soonMs, 'another one leads it', () => brokers.every(isOut))
    // It stays out, and leads or follows in its other directory as before.
    await world.run(10_000)
    expect(brokers.every(isOut)).toBe(true)
    const other = known()[1 - partition]!
    expect(other.isr.toSorted()).toEqual([1, 2, 3])
  },
  120_000,
)
