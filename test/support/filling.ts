/** Something of everything that a broker without transactions keeps. */
import { alterClientQuotas } from '../../src/protocol/apis/alter-client-quotas.ts'
import { consumerGroupHeartbeat } from '../../src/protocol/apis/consumer-group-heartbeat.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteRecords } from '../../src/protocol/apis/delete-records.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch, type NewRecord } from '../../src/protocol/batch/encode.ts'
import type { BatchFields } from '../../src/protocol/batch/fields.ts'
import { type Asked, settled, until } from './asking.ts'
import { read } from './seeing.ts'

const timeoutMs = 30_000

export async function newTopic(
  connection: Asked,
  name: string,
  { partitions = 1, configs = {} }: { partitions?: number; configs?: Record<string, string> } = {},
): Promise<void> {
  const topic = {
    name,
    numPartitions: partitions,
    // As many as the brokers are told to make.
    replicationFactor: -1,
    assignments: [],
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  }
  await settled(
    () => connection.call(createTopics, { topics: [topic], validateOnly: false }),
    ({ topics }) => topics.map(({ errorCode }) => errorCode),
  )
}

export type Written = BatchFields & { topic: string; partition?: number; records: NewRecord[] }

/** Appends one batch, waits for its acknowledgement, and tells where it stands. */
export async function append(
  connection: Asked,
  { topic, partition: index = 0, records, ...fields }: Written,
): Promise<bigint> {
  const partitionData = [{ index, records: encodeBatch(fields, records) }]
  const { responses } = await settled(
    () =>
      connection.call(
        produce,
        { acks: -1, timeoutMs, topicData: [{ name: topic, partitionData }] },
        { version: 12 },
      ),
    ({ responses }) => [responses[0]!.partitionResponses[0]!.errorCode],
  )
  return responses[0]!.partitionResponses[0]!.baseOffset
}

export const text = (value: string) => Buffer.from(value)

export function numbered(count: number, prefix: string, size = 20): NewRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    key: text(`key-${i % 7}`),
    value: text(`${prefix}-${i} `.padEnd(size, 'x')),
    timestamp: 1_700_000_000_000n + BigInt(i),
  }))
}

export const commit = (
  connection: Asked,
  groupId: string,
  topic: string,
  offsets: readonly bigint[],
) =>
  settled(
    () =>
      connection.call(
        offsetCommit,
        {
          groupId,
          memberId: '',
          topics: [
            {
              name: topic,
              partitions: offsets.map((committedOffset, partitionIndex) => ({
                partitionIndex,
                committedOffset,
                committedLeaderEpoch: 0,
                committedMetadata: `at ${committedOffset}`,
              })),
            },
          ],
        },
        { version: 9 },
      ),
    ({ topics }) =>
      topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
  )

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** An idempotent producer that may go on with another broker. */
export type Identity = { producerId: bigint; producerEpoch: number; baseSequence: number }

/** Writes something of everything that a broker without transactions keeps; the identity of the idempotent producer. */
export async function fill(connection: Asked): Promise<Identity> {
  await newTopic(connection, 'plain', { partitions: 2 })
  await append(connection, {
    topic: 'plain',
    records: [
      { key: null, value: text('no key'), timestamp: 1_700_000_000_000n },
      { key: text('no value'), value: null, timestamp: 1_700_000_000_005n },
      {
        key: text('k'),
        value: text('v'),
        timestamp: 1_700_000_000_003n,
        headers: [
          { key: 'trace', value: text('1') },
          { key: 'none', value: null },
          { key: 'trace', value: text('') },
        ],
      },
    ],
  })
  await append(connection, { topic: 'plain', partition: 1, records: numbered(50, 'second') })
  await fillCodecs(connection)
  await newTopic(connection, 'stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
  await append(connection, { topic: 'stamped', records: numbered(10, 'stamped') })
  await fillSegments(connection)
  await fillCompacted(connection)
  await newTopic(connection, 'gone')
  await append(connection, { topic: 'gone', records: numbered(3, 'gone') })
  await settled(
    () => connection.call(deleteTopics, { topicNames: ['gone'], timeoutMs }, { version: 5 }),
    ({ responses }) => responses.map(({ errorCode }) => errorCode),
  )
  await fillGroups(connection)
  await fillConfigs(connection)
  return fillIdempotent(connection)
}

async function fillCodecs(connection: Asked): Promise<void> {
  for (const compression of codecs) {
    const topic = `codec-${compression}`
    await newTopic(connection, topic)
    for (let round = 0; round < 3; round++) {
      await append(connection, { topic, compression, records: numbered(100, `${round}`) })
    }
  }
}

/** Several segments, and a beginning that is gone. */
async function fillSegments(connection: Asked): Promise<void> {
  await newTopic(connection, 'segments', { configs: { 'segment.bytes': '1048576' } })
  for (let i = 0; i < 40; i++) {
    await append(connection, { topic: 'segments', records: numbered(10, `segment-${i}`, 10_000) })
  }
  await newTopic(connection, 'trimmed')
  for (let i = 0; i < 4; i++) {
    await append(connection, { topic: 'trimmed', records: numbered(5, `trimmed-${i}`) })
  }
  for (const [name, offset] of [
    ['trimmed', 7n],
    ['segments', 250n],
  ] as const) {
    await settled(
      () =>
        connection.call(deleteRecords, {
          topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }],
          timeoutMs,
        }),
      ({ topics }) => [topics[0]!.partitions[0]!.errorCode],
    )
  }
}

/** Keys that are overwritten and a tombstone, until the cleaner has nothing left to do: whoever opens the directory next would do it. */
async function fillCompacted(connection: Asked): Promise<void> {
  const configs = {
    'cleanup.policy': 'compact',
    'segment.bytes': '1048576',
    'min.cleanable.dirty.ratio': '0.01',
  }
  await newTopic(connection, 'compacted', { configs })
  for (let i = 0; i < 30; i++) {
    await append(connection, {
      topic: 'compacted',
      compression: codecs[i % codecs.length]!,
      records: [
        ...numbered(7, `compacted-${i}`, i % codecs.length === 0 ? 40_000 : 200),
        { key: text('tombstone'), value: null, timestamp: 1_700_000_001_000n },
      ],
    })
  }
  for (let i = 0; i < 8; i++) {
    await append(connection, { topic: 'compacted', records: numbered(7, `late-${i}`, 40_000) })
  }
  await until(
    async () => (await read(connection, 'compacted', 0, 0n)).length,
    // Each key and the tombstone once, and two batches of the segment that is written to.
    (count) => count === 7 + 1 + 2 * 7,
  )
}

async function fillGroups(connection: Asked): Promise<void> {
  // The topic of offsets comes into being when somebody looks for a coordinator.
  await settled(
    () => connection.call(findCoordinator, { keyType: 0, coordinatorKeys: ['by-itself'] }),
    ({ coordinators }) => coordinators.map(({ errorCode }) => errorCode),
  )
  await commit(connection, 'by-itself', 'plain', [2n, 40n])
  await commit(connection, 'by-itself', 'segments', [333n])
  await commit(connection, 'another', 'codec-zstd', [299n])
  const memberId = 'a-member'
  const beat = (memberEpoch: number) =>
    settled(
      () =>
        connection.call(consumerGroupHeartbeat, {
          groupId: 'new-protocol',
          memberId,
          memberEpoch,
          rebalanceTimeoutMs: 10_000,
          subscribedTopicNames: ['plain'],
          topicPartitions: [],
        }),
      ({ errorCode }) => [errorCode],
    )
  await beat(0)
  await beat(-1)
}

/** Dynamic configurations: of a topic, of this broker, of all brokers; and a quota. */
async function fillConfigs(connection: Asked): Promise<void> {
  const set = (name: string, value: string) => ({ name, configOperation: 0, value })
  const resources = [
    { resourceType: 2, resourceName: 'plain', configs: [set('max.message.bytes', '1000000')] },
    { resourceType: 4, resourceName: '1', configs: [set('log.cleaner.threads', '2')] },
    { resourceType: 4, resourceName: '', configs: [set('log.retention.ms', '864000000000')] },
  ]
  await settled(
    () => connection.call(incrementalAlterConfigs, { resources, validateOnly: false }),
    ({ responses }) => responses.map(({ errorCode }) => errorCode),
  )
  const entity = [{ entityType: 'user', entityName: 'anna' }]
  const ops = [{ key: 'consumer_byte_rate', value: 12345, remove: false }]
  await settled(
    () => connection.call(alterClientQuotas, { entries: [{ entity, ops }], validateOnly: false }),
    ({ entries }) => entries.map(({ errorCode }) => errorCode),
  )
}

async function fillIdempotent(connection: Asked): Promise<Identity> {
  await newTopic(connection, 'idempotent')
  const { producerId, producerEpoch } = await settled(
    () => connection.call(initProducerId, { transactionalId: null, transactionTimeoutMs: -1 }),
    ({ errorCode }) => [errorCode],
  )
  const identity = { producerId, producerEpoch, baseSequence: 0 }
  for (let i = 0; i < 3; i++) {
    await append(connection, { topic: 'idempotent', ...identity, records: numbered(4, `${i}`) })
    identity.baseSequence += 4
  }
  return identity
}
