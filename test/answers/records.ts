/** Offsets, epochs, producers and directories of a partition, and fetches that cannot be. */
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteRecords } from '../../src/protocol/apis/delete-records.ts'
import { describeLogDirs } from '../../src/protocol/apis/describe-log-dirs.ts'
import { describeProducers } from '../../src/protocol/apis/describe-producers.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { offsetForLeaderEpoch } from '../../src/protocol/apis/offset-for-leader-epoch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import type { BatchFields } from '../../src/protocol/batch/fields.ts'
import { type Known, type Scene, type Step, step } from './scene.ts'

const when = 1_700_000_000_000n

const batch = (fields: BatchFields, count = 2): Uint8Array =>
  encodeBatch(
    fields,
    Array.from({ length: count }, (_, index) => ({
      key: Buffer.from('k'),
      value: Buffer.from(`v${index}`),
      timestamp: when + BigInt(index) * 1000n,
    })),
  )

type Sent = { topic?: string; partition?: number; acks?: number; version?: number }

const send = (
  title: string,
  records: (known: Known) => Uint8Array | null,
  { topic = 't', partition = 0, acks = -1, version = 9 }: Sent = {},
): Step =>
  step(
    title,
    produce,
    (known) => ({
      transactionalId: null,
      acks,
      timeoutMs: 30_000,
      topicData: [
        {
          name: topic,
          topicId: version >= 13 ? known.idOf(topic) : zero,
          partitionData: [{ index: partition, records: records(known) }],
        },
      ],
    }),
    { version },
  )

const idempotent =
  (baseSequence: number, producerEpoch = 0, count = 2) =>
  ({ answerTo }: Known) =>
    batch({ producerId: answerTo('a producer id').producerId, producerEpoch, baseSequence }, count)

const epochOf = (
  title: string,
  partitions: [partition: number, leaderEpoch: number, currentLeaderEpoch?: number][],
  topic = 't',
): Step =>
  step(title, offsetForLeaderEpoch, {
    topics: [
      {
        topic,
        partitions: partitions.map(([partition, leaderEpoch, currentLeaderEpoch = -1]) => ({
          partition,
          leaderEpoch,
          currentLeaderEpoch,
        })),
      },
    ],
  })

const offsetAt = (title: string, timestamp: bigint, version?: number): Step =>
  step(
    title,
    listOffsets,
    {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }],
      timeoutMs: 30_000,
    },
    version === undefined ? {} : { version },
  )

type Fetched = {
  topicId?: (known: Known) => string
  partition?: number
  offset?: bigint
  epoch?: number
  sessionId?: number
  sessionEpoch?: number
}

const take = (
  title: string,
  { topicId, partition = 0, offset = 0n, epoch = -1, ...session }: Fetched = {},
): Step =>
  step(title, fetch, (known) => ({
    maxWaitMs: 0,
    minBytes: 1,
    isolationLevel: 0,
    sessionId: session.sessionId ?? 0,
    sessionEpoch: session.sessionEpoch ?? -1,
    topics: [
      {
        topicId: topicId?.(known) ?? known.idOf('t'),
        partitions: [
          {
            partition,
            fetchOffset: offset,
            currentLeaderEpoch: epoch,
            partitionMaxBytes: 1_000_000,
          },
        ],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  }))

const cut = (
  title: string,
  topic: string,
  partitions: [partition: number, offset: bigint][],
): Step =>
  step(title, deleteRecords, {
    topics: [
      {
        name: topic,
        partitions: partitions.map(([partitionIndex, offset]) => ({ partitionIndex, offset })),
      },
    ],
    timeoutMs: 30_000,
  })

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
const nobodys = 'AAAAAAAAAAAAAAAAAAAAZg'
const metadatas = 'AAAAAAAAAAAAAAAAAAAAAQ'
const bytesOfTheDisk = ['totalBytes', 'usableBytes']

export const records: Scene = {
  name: 'records',
  steps: [
    step('topics', createTopics, {
      topics: ['t', 'empty'].map((name) => ({
        name,
        numPartitions: 2,
        replicationFactor: 1,
        assignments: [],
        // Their records are of long ago.
        configs: [{ name: 'retention.ms', value: '-1' }],
      })),
      timeoutMs: 30_000,
      validateOnly: false,
    }),
    step('a producer id', initProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 }),
    step('an epoch without an id', initProducerId, {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
      producerId: -1n,
      producerEpoch: 5,
    }),
    step('a transactional id that is empty', initProducerId, {
      transactionalId: '',
      transactionTimeoutMs: 60_000,
    }),

    send('the first', idempotent(0)),
    send('the first again', idempotent(0)),
    send('one that leaves others out', idempotent(9)),
    send('the second', idempotent(2)),
    send('a new epoch', idempotent(0, 1)),
    send('an epoch that is over', idempotent(4, 0)),
    send('a new epoch that does not begin at 0', idempotent(7, 2)),
    send('without a producer id', () => batch({})),
    send('by the topic’s id', () => batch({}), { version: 13 }),
    send('to an id that nobody has', () => batch({}), { topic: 'nowhere', version: 13 }),
    send('to a topic that is nowhere', () => batch({}), { topic: 'nowhere' }),
    send('to a partition that is nowhere', () => batch({}), { partition: 9 }),
    send('nothing', () => null),
    send('to be acknowledged by seven', () => batch({}), { acks: 7 }),
    send('to the offsets themselves', () => batch({}), { topic: '__consumer_offsets' }),
    send('what says it belongs to a transaction', () =>
      batch({ producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: true }),
    ),

    step('who produces', describeProducers, {
      topics: [
        { name: 't', partitionIndexes: [0, 1, 9] },
        { name: 'nowhere', partitionIndexes: [0] },
        { name: 'a b', partitionIndexes: [0] },
      ],
    }),
    epochOf('the end of epochs', [
      [0, 0],
      [0, -1],
      [0, 5],
      [1, 0],
      [9, 0],
    ]),
    epochOf('the end of an epoch, for who knows the leader’s', [
      [0, 0, 0],
      [1, 0, 5],
      [1, 0, -1],
    ]),
    epochOf('the end of an epoch of nowhere', [[0, 0]], 'nowhere'),

    offsetAt('the latest offset', -1n),
    offsetAt('the earliest offset', -2n),
    offsetAt('the offset of the greatest time', -3n),
    offsetAt('the earliest offset here', -4n),
    offsetAt('the latest offset elsewhere', -5n),
    offsetAt('the earliest offset that is not elsewhere yet', -6n),
    offsetAt('no such special offset', -7n),
    offsetAt('the greatest time, in a version that knows no such', -3n, 6),
    offsetAt('the offset of a time', when + 500n),
    offsetAt('the offset of a time before all', 1n),
    offsetAt('the offset of a time after all', when * 2n),
    step('offsets of what is not there', listOffsets, {
      replicaId: -1,
      isolationLevel: 1,
      topics: [
        { name: 't', partitions: [{ partitionIndex: 9, timestamp: -1n }] },
        { name: 'nowhere', partitions: [{ partitionIndex: 0, timestamp: -1n }] },
        { name: 'empty', partitions: [{ partitionIndex: 0, timestamp: -3n }] },
        { name: 'empty', partitions: [{ partitionIndex: 1, timestamp: 5n }] },
      ],
      timeoutMs: 30_000,
    }),
    step('the same partition twice', listOffsets, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 0, timestamp: -1n },
            { partitionIndex: 0, timestamp: -2n },
          ],
        },
      ],
      timeoutMs: 30_000,
    }),
    step('offsets for who knows a newer leader', listOffsets, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [
        { name: 't', partitions: [{ partitionIndex: 0, timestamp: -1n, currentLeaderEpoch: 7 }] },
      ],
      timeoutMs: 30_000,
    }),

    take('all'),
    take('what is not there yet', { offset: 10n }),
    take('what is beyond the end', { offset: 99n }),
    take('what is before the beginning', { offset: -1n }),
    take('a partition that is nowhere', { partition: 9 }),
    take('an id that nobody has', { topicId: () => nobodys }),
    take('the log of the metadata, which is for controllers', { topicId: () => metadatas }),
    take('for who knows a newer leader', { epoch: 7 }),
    take('in a session that is none', { sessionId: 77, sessionEpoch: 3 }),
    take('in a session that cannot begin so', { sessionId: 0, sessionEpoch: 3 }),

    step('all directories', describeLogDirs, { topics: null }, { hide: bytesOfTheDisk }),
    step(
      'directories of some',
      describeLogDirs,
      {
        topics: [
          { topic: 't', partitions: [0, 9] },
          { topic: 'nowhere', partitions: [0] },
        ],
      },
      { hide: bytesOfTheDisk },
    ),
    step('directories of nothing', describeLogDirs, { topics: [] }, { hide: bytesOfTheDisk }),
    step('directories, as version 1 shows them', describeLogDirs, { topics: null }, { version: 1 }),

    cut('records that go', 't', [[0, 2n]]),
    cut('records that are gone', 't', [[0, 1n]]),
    cut('all records', 't', [[0, -1n]]),
    cut('records that never were', 't', [
      [0, 99n],
      [9, 0n],
    ]),
    cut('records below zero', 't', [[0, -2n]]),
    cut('records of nowhere', 'nowhere', [[0, 1n]]),
    offsetAt('the earliest offset then', -2n),

    step('a coordinator of no kind', findCoordinator, { keyType: 9, coordinatorKeys: ['x'] }),
    step(
      'what the broker can',
      apiVersions,
      { clientSoftwareName: 'x', clientSoftwareVersion: '1' },
      {
        hide: ['apiKeys', 'finalizedFeaturesEpoch'],
      },
    ),
    step('what the broker can, for one without a name', apiVersions, {
      clientSoftwareName: '',
      clientSoftwareVersion: '',
    }),
  ],
}
