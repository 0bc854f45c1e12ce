/** What a cluster of one broker says to those who look after it: topics, replicas, leaders, the quorum, features, quotas. */
import { alterClientQuotas } from '../../src/protocol/apis/alter-client-quotas.ts'
import { alterPartitionReassignments } from '../../src/protocol/apis/alter-partition-reassignments.ts'
import { createPartitions } from '../../src/protocol/apis/create-partitions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { describeClientQuotas } from '../../src/protocol/apis/describe-client-quotas.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { describeQuorum } from '../../src/protocol/apis/describe-quorum.ts'
import { describeTopicPartitions } from '../../src/protocol/apis/describe-topic-partitions.ts'
import { electLeaders } from '../../src/protocol/apis/elect-leaders.ts'
import { listPartitionReassignments } from '../../src/protocol/apis/list-partition-reassignments.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { unregisterBroker } from '../../src/protocol/apis/unregister-broker.ts'
import { updateFeatures } from '../../src/protocol/apis/update-features.ts'
import { type Known, type Scene, type Step, step } from './scene.ts'

const timeoutMs = 30_000

type NewTopic = { name: string; partitions?: number; replication?: number; replicas?: number[][] }

const create = (title: string, topics: NewTopic[], validateOnly = false): Step =>
  step(
    title,
    createTopics,
    {
      topics: topics.map(({ name, partitions = 1, replication = 1, replicas = [] }) => ({
        name,
        numPartitions: replicas.length > 0 ? -1 : partitions,
        replicationFactor: replicas.length > 0 ? -1 : replication,
        assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
        configs: [],
      })),
      timeoutMs,
      validateOnly,
    },
    // The id of a topic that is not made is nobody's.
    validateOnly ? { hide: ['topicId'] } : {},
  )

const grow = (title: string, name: string, count: number, to: number[][] | null = null): Step =>
  step(title, createPartitions, {
    topics: [{ name, count, assignments: to?.map((brokerIds) => ({ brokerIds })) ?? null }],
    timeoutMs,
    validateOnly: false,
  })

const reassign = (title: string, name: string, index: number, replicas: number[] | null): Step =>
  step(title, alterPartitionReassignments, {
    timeoutMs,
    topics: [{ name, partitions: [{ partitionIndex: index, replicas }] }],
  })

const elect = (title: string, electionType: number, of: [string, number[]][] | null): Step =>
  step(title, electLeaders, {
    electionType,
    topicPartitions: of?.map(([topic, partitions]) => ({ topic, partitions })) ?? null,
    timeoutMs,
  })

const upgrade = (
  title: string,
  feature: string,
  maxVersionLevel: number,
  upgradeType = 1,
  validateOnly = true,
): Step =>
  step(title, updateFeatures, {
    timeoutMs,
    featureUpdates: [{ feature, maxVersionLevel, upgradeType }],
    validateOnly,
  })

type Entity = [type: string, name: string | null][]

const quota = (
  title: string,
  entity: Entity,
  ops: [key: string, value: number | null][],
  validateOnly = false,
): Step =>
  step(title, alterClientQuotas, {
    entries: [
      {
        entity: entity.map(([entityType, entityName]) => ({ entityType, entityName })),
        ops: ops.map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
      },
    ],
    validateOnly,
  })

const match = { exact: 0, default: 1, any: 2 } as const

const quotas = (
  title: string,
  components: [type: string, how: keyof typeof match | number, name: string | null][],
  strict = false,
): Step =>
  step(title, describeClientQuotas, {
    components: components.map(([entityType, how, name]) => ({
      entityType,
      matchType: typeof how === 'number' ? how : match[how],
      match: name,
    })),
    strict,
  })

const look = (title: string, name: string | null, topicId?: (known: Known) => string): Step =>
  step(title, metadata, (known) => ({
    topics: [{ name, topicId: topicId?.(known) ?? zero }],
    allowAutoTopicCreation: false,
  }))

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
const nobodys = 'AAAAAAAAAAAAAAAAAAAAZg'
/** What a quorum has written and when depends on the moment. */
const ofTheMoment = [
  ...['leaderEpoch', 'highWatermark', 'logEndOffset', 'replicaDirectoryId'],
  ...['lastFetchTimestamp', 'lastCaughtUpTimestamp'],
]

export const operations: Scene = {
  name: 'operations',
  steps: [
    create('topics', [
      { name: 't', partitions: 3 },
      { name: 'u', replicas: [[1]] },
    ]),
    create('only to see', [{ name: 'v', partitions: 2 }], true),
    create('what cannot be', [
      { name: 't' },
      { name: 'none', partitions: 0 },
      { name: 'no-replicas', replication: 0 },
      { name: 'many-replicas', replication: 3 },
      { name: 'no.broker', replicas: [[9]] },
      { name: 'twice-one', replicas: [[1, 1]] },
      { name: 'hole', replicas: [[]] },
      { name: '' },
      { name: '..' },
      { name: 'a b' },
      { name: 'x'.repeat(250) },
    ]),
    create('the same name twice', [{ name: 'w' }, { name: 'w' }]),
    create('names that collide', [{ name: 'a.b' }]),
    create('one that collides with it', [{ name: 'a_b' }]),

    look('one topic', 't'),
    look('a topic that is nowhere', 'nowhere'),
    look('a topic that cannot be', 'a b'),
    look('a topic by its id', null, ({ idOf }) => idOf('t')),
    look('a topic by an id that nobody has', null, () => nobodys),
    step('no topics', metadata, { topics: [] }),
    step('with what one may do', metadata, {
      topics: [{ name: 'u', topicId: zero }],
      includeTopicAuthorizedOperations: true,
    }),
    step('the partitions of topics', describeTopicPartitions, {
      topics: [{ name: 't' }, { name: 'nowhere' }, { name: 'a b' }],
    }),
    step('the first two partitions', describeTopicPartitions, {
      topics: [{ name: 't' }, { name: 'u' }],
      responsePartitionLimit: 2,
    }),
    step('the partitions behind these', describeTopicPartitions, {
      topics: [{ name: 't' }, { name: 'u' }],
      cursor: { topicName: 't', partitionIndex: 2 },
    }),
    step('no partitions at most', describeTopicPartitions, {
      topics: [{ name: 't' }],
      responsePartitionLimit: 0,
    }),

    grow('more partitions', 'u', 2),
    grow('fewer partitions', 't', 2),
    grow('as many partitions', 't', 3),
    grow('partitions on a broker that is not there', 'u', 3, [[9]]),
    grow('one partition more, for two', 'u', 4, [[1]]),
    grow('partitions of nowhere', 'nowhere', 2),
    grow('a negative count', 't', -1),

    step('what moves', listPartitionReassignments, { topics: null }),
    step('what moves of some', listPartitionReassignments, {
      topics: [
        { name: 't', partitionIndexes: [0, 9] },
        { name: 'nowhere', partitionIndexes: [0] },
      ],
    }),
    reassign('a move to where it is', 't', 0, [1]),
    reassign('a move to nobody', 't', 0, []),
    reassign('a move to one that is not there', 't', 0, [9]),
    reassign('a move to one twice', 't', 0, [1, 1]),
    reassign('a move to a negative one', 't', 0, [-1]),
    reassign('no move any more', 't', 0, null),
    reassign('a move of a partition that is not there', 't', 9, [1]),
    reassign('a move of nowhere', 'nowhere', 0, [1]),

    elect('all preferred leaders', 0, null),
    elect('some preferred leaders', 0, [
      ['t', [0, 9]],
      ['nowhere', [0]],
    ]),
    elect('unclean leaders', 1, [['t', [0]]]),
    elect('all unclean leaders', 1, null),

    step(
      'the quorum',
      describeQuorum,
      { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
      { hide: ofTheMoment },
    ),
    step('a quorum of nothing', describeQuorum, {
      topics: [{ topicName: 't', partitions: [{ partitionIndex: 0 }] }],
    }),
    step('a quorum of another partition', describeQuorum, {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 1 }] }],
    }),
    step('the cluster', describeCluster, { includeClusterAuthorizedOperations: true }),
    step('the controllers, from a broker', describeCluster, {
      includeClusterAuthorizedOperations: false,
      endpointType: 2,
    }),
    step('no kind of endpoint', describeCluster, {
      includeClusterAuthorizedOperations: false,
      endpointType: 9,
    }),
    step('a broker less', unregisterBroker, { brokerId: 7 }),

    upgrade('a feature that nobody knows', 'nonsense', 1),
    upgrade('a feature too far', 'group.version', 9),
    upgrade('a feature to where it is', 'group.version', 1),
    upgrade('a feature below zero', 'group.version', -1),
    upgrade('a feature back, called an upgrade', 'group.version', 0),
    upgrade('a feature back', 'group.version', 0, 2),
    upgrade('a version of the metadata too far', 'metadata.version', 99),
    upgrade('a version of the metadata that is too old', 'metadata.version', 1, 3),
    upgrade('a version of the metadata back', 'metadata.version', 25, 2),
    upgrade('a version of the metadata back, whatever is lost', 'metadata.version', 25, 3),
    upgrade('no kind of upgrade', 'group.version', 1, 9),
    upgrade('the version of the quorum', 'kraft.version', 0),
    step('the same feature twice', updateFeatures, {
      timeoutMs,
      featureUpdates: [1, 1].map((maxVersionLevel) => ({
        feature: 'group.version',
        maxVersionLevel,
        upgradeType: 1,
      })),
      validateOnly: true,
    }),

    quota('of a user', [['user', 'alice']], [['producer_byte_rate', 1000]]),
    quota('of all users', [['user', null]], [['consumer_byte_rate', 2000.5]]),
    quota(
      'of a user with a client',
      [
        ['user', 'alice'],
        ['client-id', 'c'],
      ],
      [['request_percentage', 50]],
    ),
    quota('of an address', [['ip', '127.0.0.1']], [['connection_creation_rate', 10]]),
    quota('of what is no address', [['ip', 'not an address']], [['connection_creation_rate', 1]]),
    quota('of an address, bytes', [['ip', '127.0.0.1']], [['producer_byte_rate', 1]]),
    quota('of a user, nonsense', [['user', 'alice']], [['nonsense', 1]]),
    quota('of a user, below zero', [['user', 'alice']], [['producer_byte_rate', -1]]),
    quota('of a user, a part of a byte', [['user', 'alice']], [['producer_byte_rate', 1.5]]),
    quota('of an address, a part', [['ip', '127.0.0.1']], [['connection_creation_rate', 1.5]]),
    quota('of a host', [['ip', 'localhost']], [['connection_creation_rate', 3]]),
    quota('of no kind of entity', [['planet', 'earth']], [['producer_byte_rate', 1]]),
    quota('of nobody', [], [['producer_byte_rate', 1]]),
    quota(
      'of a user and an address',
      [
        ['user', 'alice'],
        ['ip', '127.0.0.1'],
      ],
      [['producer_byte_rate', 1]],
    ),
    quota('only to see, a quota', [['user', 'bob']], [['producer_byte_rate', 1]], true),
    quota('no more than there is', [['user', 'carl']], [['producer_byte_rate', null]]),
    quotas('all quotas', []),
    quotas('quotas of a user', [['user', 'exact', 'alice']]),
    quotas('quotas of a user alone', [['user', 'exact', 'alice']], true),
    quotas('quotas of all users', [['user', 'default', null]]),
    quotas('quotas of any user', [['user', 'any', null]]),
    quotas('quotas of a user with any client', [
      ['user', 'exact', 'alice'],
      ['client-id', 'any', null],
    ]),
    quotas('quotas of addresses', [['ip', 'any', null]]),
    quotas('quotas of no kind of entity', [['planet', 'any', null]]),
    quotas('quotas of a user twice', [
      ['user', 'any', null],
      ['user', 'default', null],
    ]),
    quotas('quotas of an exact user without a name', [['user', 'exact', null]]),
    quotas('quotas of no kind of match', [['user', 9, null]]),
    quotas('quotas of a user and an address', [
      ['user', 'any', null],
      ['ip', 'any', null],
    ]),
    quota('no quota any more', [['user', 'alice']], [['producer_byte_rate', null]]),
    quotas('what is left of a user', [['user', 'exact', 'alice']], true),

    step('topics that go', deleteTopics, ({ idOf }) => ({
      topics: [
        { name: 'nowhere', topicId: zero },
        { name: null, topicId: nobodys },
        { name: null, topicId: idOf('u') },
        { name: 'w', topicId: zero },
        { name: 'w', topicId: zero },
        { name: 'a.b', topicId: idOf('a.b') },
      ],
      timeoutMs,
    })),
    step(
      'a topic that goes, as version 5 says it',
      deleteTopics,
      { topicNames: ['t', 'x'], timeoutMs },
      { version: 5 },
    ),
  ],
}
