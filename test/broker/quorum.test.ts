import { afterEach, expect, test } from 'vitest'
import { uuidFrom } from '../../src/base/uuid.ts'
import { silentLogger } from '../../src/broker/logger.ts'
import { producerIdBlock } from '../../src/broker/producer-ids.ts'
import { readBatches } from '../../src/broker/quorum/batches.ts'
import { snapshotsIn } from '../../src/broker/quorum/snapshots.ts'
import { MetadataQuorum } from '../../src/broker/quorum.ts'
import { systemClock } from '../../src/host/clock.ts'
import { systemRandom } from '../../src/host/random.ts'
import { configsOf } from '../../src/metadata/image.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { MemoryFiles, MemoryLog } from '../support/memory-quorum.ts'

const clusterId = 'q1Sh-9_ISia_zwGINzRvyQ'
const open: MetadataQuorum[] = []

afterEach(() => {
  for (const each of open.splice(0)) each.stop()
})

class Node {
  readonly log = new MemoryLog()
  readonly files = new MemoryFiles()
  readonly rootFiles = new MemoryFiles()
  readonly directoryId = uuidFrom(systemRandom)
  fixed = new Map<string, string>()

  async start(): Promise<MetadataQuorum> {
    const quorum = await MetadataQuorum.open({
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      log: this.log,
      files: this.files,
      rootFiles: this.rootFiles,
      nodeId: 1,
      clusterId,
      settings: () => new BrokerConfigs({ fixed: this.fixed }),
      voterIds: [],
      registration: {
        endpoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }],
        rack: null,
        incarnationId: uuidFrom(systemRandom),
        controllerEndpoints: [],
        logDirs: [this.directoryId],
        offlineLogDirs: () => [],
      },
      onFailure: (cause) => {
        throw cause
      },
    })
    open.push(quorum)
    await quorum.join()
    return quorum
  }
}

function topic(name: string, numPartitions = 1, configs: { name: string; value: string }[] = []) {
  return { name, numPartitions, replicationFactor: 1, assignments: [], configs }
}

const create = (quorum: MetadataQuorum, ...topics: ReturnType<typeof topic>[]) =>
  quorum.forward(createTopics, { topics, timeoutMs: 1000, validateOnly: false })

test('a fresh quorum of one writes what Kafka 4.3 writes, in its order', async () => {
  const node = new Node()
  const quorum = await node.start()
  await create(quorum, topic('orders', 2, [{ name: 'retention.ms', value: '1000' }]))
  const said = [...readBatches(node.log.bytes())].map(({ baseOffset, epoch, control, records }) => [
    Number(baseOffset),
    epoch,
    ...control.map(({ schema }) => schema.name),
    ...records.map(({ kind, version }) => `${kind} ${version}`),
  ])
  expect(said).toEqual([
    [0, 1, 'LeaderChangeMessage'],
    [
      1,
      1,
      'beginTransaction 0',
      ...Array(6).fill('featureLevel 0'),
      'config 0',
      'endTransaction 0',
    ],
    [10, 1, 'registerController 0'],
    [11, 1, 'registerBroker 4'],
    [12, 1, 'brokerRegistrationChange 0'],
    [13, 1, 'topic 0', 'config 0', 'partition 2', 'partition 2'],
  ])
  expect(Buffer.from(node.files.read('quorum-state')!).toString()).toBe(
    '{"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}',
  )
  expect(configsOf(quorum.image, 'broker', '').get('min.insync.replicas')).toBe('1')
})

test('an answer leaves only after its records are flushed, and the image has them', async () => {
  const node = new Node()
  const quorum = await node.start()
  const deltas: string[][] = []
  quorum.onCommitted((delta) => deltas.push([...delta.topicsCreated]))
  const response = await create(quorum, topic('orders', 3))
  expect(node.log.flushedOffset).toBe(node.log.logEndOffset)
  expect(deltas).toEqual([['orders']])
  const known = quorum.image.topicsByName.get('orders')!
  expect(response.topics[0]).toMatchObject({ errorCode: 0, topicId: known.id, numPartitions: 3 })
  expect(known.partitions.map(({ leader, isr }) => [leader, isr])).toEqual(Array(3).fill([1, [1]]))
})

test('a crash forgets nothing that was answered; the next epoch begins at once', async () => {
  const node = new Node()
  const first = await node.start()
  await create(first, topic('orders', 2))
  first.stop()
  node.log.crash()
  const second = await node.start()
  expect(second.leaderEpoch).toBe(2)
  const { partitions } = second.image.topicsByName.get('orders')!
  // It may have lost records, so it is elected uncleanly, as Kafka does it: nobody else is there.
  expect(partitions[0]).toMatchObject({ leader: 1, isr: [1], leaderRecoveryState: 1 })
  await create(second, topic('more'))
  expect([...second.image.topicsByName.keys()]).toEqual(['orders', 'more'])
})

test('a snapshot takes the place of the log, and a restart begins from it', async () => {
  const node = new Node()
  node.fixed.set('metadata.log.max.record.bytes.between.snapshots', '3000')
  const first = await node.start()
  for (let i = 0; i < 60; i++) await create(first, topic(`t${i}`))
  await first.forward(deleteTopics, {
    topics: [{ name: 't7', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    topicNames: [],
    timeoutMs: 1000,
  })
  const names = [...first.image.topicsByName.keys()]
  await first.close()
  expect(snapshotsIn(node.files)).toHaveLength(2)
  expect(node.log.logStartOffset).toBe(snapshotsIn(node.files)[0]!.endOffset)
  const second = await node.start()
  expect([...second.image.topicsByName.keys()].sort()).toEqual(names.sort())
  expect(second.image.features.get('metadata.version')).toBe(30)
})

test('producer ids are never given twice, not even after a restart', async () => {
  const node = new Node()
  const first = await node.start()
  expect(await producerIdBlock(first, 1)).toEqual({ start: 0n, size: 1000 })
  expect(await producerIdBlock(first, 1)).toEqual({ start: 1000n, size: 1000 })
  first.stop()
  const second = await node.start()
  expect(await producerIdBlock(second, 1)).toEqual({ start: 2000n, size: 1000 })
})
