/** The quorum on a real disk: a fresh directory, a restart, and the directories that Apache Kafka left behind. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { uuidFrom } from '../../src/base/uuid.ts'
import { silentLogger } from '../../src/broker/logger.ts'
import { diskFiles } from '../../src/broker/quorum/disk-files.ts'
import { MetadataQuorum } from '../../src/broker/quorum.ts'
import { systemClock } from '../../src/host/clock.ts'
import { systemDisk } from '../../src/host/disk.ts'
import { systemRandom } from '../../src/host/random.ts'
import { LogManager } from '../../src/log/log-manager.ts'
import { configsOf } from '../../src/metadata/image.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { batches } from '../../src/protocol/batch/layout.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { makeWritable, samplesFolder as samples } from '../support/samples.ts'

const cleanUp: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'jackdaw-quorum-'))
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

interface Started {
  quorum: MetadataQuorum
  /** As SIGTERM does it. */
  stop(): Promise<void>
  /** As kill -9 does it: nothing is closed but the lock. */
  kill(): Promise<void>
}

async function start(path: string, properties: Record<string, string> = {}): Promise<Started> {
  const settings = new BrokerConfigs({
    fixed: new Map(Object.entries({ 'log.dirs': path, ...properties })),
  })
  const host = { clock: systemClock, random: systemRandom, disk: systemDisk }
  const logs = await LogManager.open({
    ...host,
    logger: silentLogger,
    directories: [path],
    nodeId: 1,
    settings,
  })
  const log = logs.metadataLog()
  const quorum = await MetadataQuorum.open({
    ...host,
    logger: silentLogger,
    log,
    files: diskFiles(systemDisk, log.directory),
    rootFiles: diskFiles(systemDisk, dirname(log.directory)),
    nodeId: 1,
    clusterId: logs.clusterId,
    settings: () => settings,
    voterIds: [],
    registration: {
      endpoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }],
      rack: null,
      incarnationId: uuidFrom(systemRandom),
      controllerEndpoints: [],
      logDirs: logs.directories().map(({ id }) => id),
      offlineLogDirs: () => [],
      ...(logs.previousBrokerEpoch === null
        ? {}
        : { previousBrokerEpoch: logs.previousBrokerEpoch }),
    },
    onFailure: (cause) => {
      throw cause
    },
  })
  cleanUp.push(() => quorum.stop())
  await quorum.join()
  return {
    quorum,
    async stop() {
      await quorum.close()
      await logs.close({ brokerEpoch: quorum.brokerEpoch })
    },
    async kill() {
      quorum.stop()
      await logs.close({ brokerEpoch: -1n })
      rmSync(join(path, '.kafka_cleanshutdown'), { force: true })
    },
  }
}

async function create(quorum: MetadataQuorum, name: string) {
  const topic = { name, numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] }
  const request = { topics: [topic], timeoutMs: 1000, validateOnly: false }
  expect((await quorum.forward(createTopics, request)).topics[0]!.errorCode).toBe(0)
}

test('a fresh directory has the files that Kafka makes', async () => {
  const path = folder()
  const { quorum, stop } = await start(path)
  await create(quorum, 'orders')
  await stop()
  expect(readdirSync(path)).toEqual(
    expect.arrayContaining(['__cluster_metadata-0', 'bootstrap.checkpoint', 'meta.properties']),
  )
  expect(readdirSync(join(path, '__cluster_metadata-0'))).toEqual(
    expect.arrayContaining([
      '00000000000000000000.log',
      'leader-epoch-checkpoint',
      'partition.metadata',
      'quorum-state',
    ]),
  )
  const state = JSON.parse(readFileSync(join(path, '__cluster_metadata-0', 'quorum-state'), 'utf8'))
  expect(state).toMatchObject({ leaderEpoch: 1, data_version: 0 })
})

test.each(['stop', 'kill'] as const)(
  'after a %s everything is there again, and the leader',
  async (how) => {
    const path = folder()
    const first = await start(path, { 'metadata.log.max.record.bytes.between.snapshots': '2000' })
    for (let i = 0; i < 20; i++) await create(first.quorum, `t${i}`)
    await first[how]()
    const second = await start(path)
    const { image, leaderEpoch } = second.quorum
    expect(leaderEpoch).toBe(2)
    expect([...image.topicsByName.keys()].sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => `t${i}`).sort(),
    )
    for (const { partitions } of image.topicsByName.values()) {
      expect(partitions.map(({ leader }) => leader)).toEqual([1, 1, 1])
    }
    await create(second.quorum, 'more')
  },
)

test.each<{ what: string; damage: (batch: Buffer) => void; says: RegExp }>([
  {
    what: 'zeros',
    damage: (batch) => batch.fill(0),
    says: /0{20}\.log ends with a batch of 0 bytes.*Put back a copy/,
  },
  {
    what: 'a flipped bit',
    damage: (batch) => batch.writeUInt8(batch[70]! ^ 1, 70),
    says: /the checksum of the batch at offset \d+ is wrong.*Put back a copy/,
  },
])('a metadata log with $what in its middle is refused: no topic goes unseen', async (row) => {
  const path = folder()
  const { quorum, stop } = await start(path)
  for (const name of ['first', 'second', 'third']) await create(quorum, name)
  await stop()
  const file = join(path, '__cluster_metadata-0', '00000000000000000000.log')
  const bytes = readFileSync(file)
  const places = [...batches(bytes)]
  const middle = places.findIndex((at) => bytes.subarray(at, at + 400).includes('second'))
  row.damage(bytes.subarray(places[middle], places[middle + 1]))
  writeFileSync(file, bytes)
  writeFileSync(join(path, '.kafka_cleanshutdown'), '{"version":0,"brokerEpoch":1}')
  await expect(start(path)).rejects.toThrow(row.says)
})

interface State {
  topics: { [name: string]: { id: string; configs: { [name: string]: string } } }
}

test.each(['clean', 'crashed'])(
  'a directory of Apache Kafka (%s) goes on here with all that it knew',
  async (kind) => {
    const path = folder()
    cpSync(join(samples, kind), path, { recursive: true })
    makeWritable(path)
    const { quorum, stop } = await start(path)
    const state: State = JSON.parse(readFileSync(join(samples, `${kind}.state.json`), 'utf8'))
    const { image } = quorum
    for (const [name, { id, configs }] of Object.entries(state.topics)) {
      expect(image.topicsByName.get(name)).toMatchObject({ name, id })
      expect(Object.fromEntries(configsOf(image, 'topic', name))).toEqual(configs)
      for (const { leader, isr } of image.topicsByName.get(name)!.partitions)
        expect([leader, isr]).toEqual([1, [1]])
    }
    expect(image.topicsByName.size).toBe(Object.keys(state.topics).length)
    await create(quorum, 'new-here')
    await stop()
  },
)
