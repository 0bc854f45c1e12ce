/** Three nodes in one process, over their real wire formats: whatever one asks of another is encoded, decoded and handled. */
import { afterEach, expect, test } from 'vitest'
import { uuidFrom } from '../../src/base/uuid.ts'
import type { Broker } from '../../src/broker/broker.ts'
import type { Call } from '../../src/broker/handler.ts'
import { byKey, servedOn } from '../../src/broker/handlers/index.ts'
import { silentLogger } from '../../src/broker/logger.ts'
import type { Peers } from '../../src/broker/quorum/doors.ts'
import { MetadataQuorum } from '../../src/broker/quorum.ts'
import { systemClock } from '../../src/host/clock.ts'
import { systemRandom } from '../../src/host/random.ts'
import { encodeRecord } from '../../src/metadata/records.ts'
import { snapshotRecords } from '../../src/metadata/snapshot.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { describeQuorum } from '../../src/protocol/apis/describe-quorum.ts'
import { decode, encode } from '../../src/protocol/codec.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../src/protocol/schema.ts'
import { MemoryFiles, MemoryLog } from '../support/memory-quorum.ts'

const clusterId = 'q1Sh-9_ISia_zwGINzRvyQ'
const settings = {
  'controller.quorum.election.timeout.ms': '150',
  'controller.quorum.election.backoff.max.ms': '50',
  'controller.quorum.fetch.timeout.ms': '400',
  'broker.heartbeat.interval.ms': '50',
  'broker.session.timeout.ms': '1000',
  'metadata.log.max.record.bytes.between.snapshots': '4000',
}

class World {
  readonly nodes = new Map<number, Node>()

  constructor(count: number) {
    for (let id = 1; id <= count; id++) this.nodes.set(id, new Node(id, this))
  }

  get running(): Node[] {
    return [...this.nodes.values()].filter(({ quorum }) => quorum !== null)
  }

  async start(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.start()))
  }

  /** The node that decides. */
  async leader(): Promise<Node> {
    await until(() => this.running.some(({ quorum }) => quorum!.isActive))
    return this.running.find(({ quorum }) => quorum!.isActive)!
  }
}

class Node {
  readonly id: number
  readonly world: World
  log = new MemoryLog()
  files = new MemoryFiles()
  rootFiles = new MemoryFiles()
  readonly directoryId = uuidFrom(systemRandom)
  quorum: MetadataQuorum | null = null

  constructor(id: number, world: World) {
    this.id = id
    this.world = world
  }

  async start(): Promise<void> {
    const fixed = new Map(Object.entries({ ...settings, 'node.id': String(this.id) }))
    const configs = new BrokerConfigs({ fixed })
    this.quorum = await MetadataQuorum.open({
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      log: this.log,
      files: this.files,
      rootFiles: this.rootFiles,
      nodeId: this.id,
      clusterId,
      settings: () => configs,
      voterIds: [1, 2, 3],
      registration: {
        endpoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9000 + this.id }],
        rack: null,
        incarnationId: uuidFrom(systemRandom),
        controllerEndpoints: [],
        logDirs: [this.directoryId],
        offlineLogDirs: () => [],
      },
      peers: this.#peers(),
      onFailure: (cause) => {
        throw cause
      },
    })
    open.add(this.quorum)
    await this.quorum.join()
  }

  /** As kill -9: it says nothing to anyone, and what it had not flushed is gone. */
  kill({ noticed = true } = {}): void {
    this.quorum!.stop()
    this.quorum = null
    this.log.crash()
    if (noticed) for (const { quorum } of this.world.running) quorum!.peerGone(this.id)
  }

  async create(name: string, replicationFactor = 3) {
    const topic = { name, numPartitions: 2, replicationFactor, assignments: [], configs: [] }
    const request = { topics: [topic], timeoutMs: 1000, validateOnly: false }
    return (await this.quorum!.forward(createTopics, request)).topics[0]!
  }

  #peers(): Peers {
    return {
      call: async <A extends AnyApi>(to: number, api: A, request: RequestOf<A>) => {
        const target = this.world.nodes.get(to)?.quorum
        if (target === null || target === undefined) throw new KafkaError('NETWORK_EXCEPTION')
        const version = api.stable
        const received = decode(
          api.request,
          version,
          encode(api.request, version, request as never),
        )
        const call = {
          apiVersion: version,
          served: servedOn('controller', { isSocket: true }),
        } as unknown as Call
        const broker = { quorum: target, id: to, image: target.image } as unknown as Broker
        const response = await byKey.get(api.key)!.handle(broker, received, call)
        if (this.quorum === null || this.world.nodes.get(to)?.quorum !== target) {
          throw new KafkaError('NETWORK_EXCEPTION')
        }
        return decode(
          api.response,
          version,
          encode(api.response, version, response),
        ) as ResponseOf<A>
      },
    }
  }
}

const open = new Set<MetadataQuorum>()

afterEach(() => {
  for (const each of open) each.stop()
  open.clear()
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => systemClock.schedule(5, () => resolve(null)))
}

const contents = ({ quorum }: Node): string[] =>
  [...snapshotRecords(quorum!.image)].map((each) => encodeRecord(each).toString('hex')).sort()

/** Everyone has everything. */
async function settled(world: World): Promise<void> {
  const leader = await world.leader()
  const end = () => leader.log.logEndOffset
  await until(() => world.running.every(({ quorum }) => quorum!.image.offset === end()))
  const [first, ...others] = world.running.map(contents)
  for (const each of others) expect(each).toEqual(first)
}

test('three nodes elect a leader, register, and take commands from anyone', async () => {
  const world = new World(3)
  await world.start()
  for (const node of world.running) {
    expect(await node.create(`from-${node.id}`)).toMatchObject({
      errorCode: 0,
      replicationFactor: 3,
    })
  }
  await settled(world)
  const { image, leaderId } = world.running[0]!.quorum!
  expect([...image.topicsByName.keys()].sort()).toEqual(['from-1', 'from-2', 'from-3'])
  expect([...image.brokers.values()].map(({ fenced }) => fenced)).toEqual([false, false, false])
  const asked = {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  }
  const other = world.running.find(({ id }) => id !== leaderId)!
  const described = await other.quorum!.forward(describeQuorum, asked)
  const [partition] = described.topics[0]!.partitions
  expect(partition).toMatchObject({ errorCode: 0, leaderId, observers: [] })
  expect(partition!.currentVoters.map(({ replicaId }) => replicaId)).toEqual([1, 2, 3])
})

test('the leader is killed: another one goes on with everything, and its partitions have new leaders', async () => {
  const world = new World(3)
  await world.start()
  const old = await world.leader()
  await old.create('orders')
  await settled(world)
  old.kill()
  const next = await world.leader()
  expect(next.quorum!.leaderEpoch).toBeGreaterThan(1)
  const name = 'after'
  expect(await world.running[0]!.create(name, 2)).toMatchObject({ errorCode: 0 })
  const { image } = next.quorum!
  await until(() => image.brokers.get(old.id)!.fenced)
  for (const { leader, isr } of image.topicsByName.get('orders')!.partitions) {
    expect(leader).not.toBe(old.id)
    expect(isr).not.toContain(old.id)
  }
  await old.start()
  await settled(world)
  expect(old.quorum!.image.topicsByName.has(name)).toBe(true)
})

test('one that comes back with an empty disk gets a snapshot, and the log behind it', async () => {
  const world = new World(3)
  await world.start()
  const leader = await world.leader()
  const other = world.running.find((node) => node !== leader)!
  other.kill()
  for (let i = 0; i < 30; i++) await leader.create(`t${i}`, 2)
  expect(leader.log.logStartOffset).toBeGreaterThan(0n)
  other.log = new MemoryLog()
  other.files = new MemoryFiles()
  await other.start()
  await settled(world)
  expect(other.log.logStartOffset).toBeGreaterThan(0n)
  expect(other.quorum!.image.topicsByName.size).toBe(30)
})

test('a majority is needed: alone a node reads, and does not decide', async () => {
  const world = new World(3)
  await world.start()
  const leader = await world.leader()
  await leader.create('orders')
  for (const node of world.running) if (node !== leader) node.kill()
  await until(() => !leader.quorum!.isActive)
  expect(leader.quorum!.image.topicsByName.has('orders')).toBe(true)
  const topic = {
    name: 'lost',
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  }
  const request = { topics: [topic], timeoutMs: 100, validateOnly: false }
  await expect(leader.quorum!.forward(createTopics, request, 100)).rejects.toThrow('no leader')
  await Promise.all(
    [...world.nodes.values()].filter(({ quorum }) => quorum === null).map((node) => node.start()),
  )
  await settled(world)
})

test('a leader that stops in order hands over at once', async () => {
  const world = new World(3)
  await world.start()
  const leader = await world.leader()
  await leader.create('orders')
  await leader.quorum!.close()
  leader.quorum = null
  const next = await world.leader()
  expect(next.quorum!.image.brokers.get(leader.id)).toMatchObject({ fenced: true })
})
