import { expect, test } from 'vitest'
import { createPartitions } from '../../src/protocol/apis/create-partitions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { Cluster, type CreateOptions } from './cluster.ts'

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'

const refusals: { name: string; wanted?: CreateOptions; error: string; message: string }[] = [
  { name: 'known', error: 'TOPIC_ALREADY_EXISTS', message: "Topic 'known' already exists." },
  {
    name: '',
    error: 'INVALID_TOPIC_EXCEPTION',
    message: 'Topic name is invalid: the empty string is not allowed',
  },
  {
    name: 'a b',
    error: 'INVALID_TOPIC_EXCEPTION',
    message:
      "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
  },
  {
    name: 'dotted_name',
    error: 'INVALID_TOPIC_EXCEPTION',
    message: "Topic 'dotted_name' collides with existing topic: dotted.name",
  },
  {
    name: 't',
    wanted: { numPartitions: 0 },
    error: 'INVALID_PARTITIONS',
    message: 'Number of partitions was set to an invalid non-positive value.',
  },
  {
    name: 't',
    wanted: { replicationFactor: 0 },
    error: 'INVALID_REPLICATION_FACTOR',
    message: 'Replication factor must be larger than 0, or -1 to use the default value.',
  },
  {
    name: 't',
    wanted: { replicationFactor: 4 },
    error: 'INVALID_REPLICATION_FACTOR',
    message:
      'Unable to replicate the partition 4 time(s): The target replication factor of 4 cannot be reached because only 3 broker(s) are registered or some brokers have all their log directories cordoned.',
  },
  {
    name: 't',
    wanted: { replicas: [[1, 9]] },
    error: 'INVALID_REPLICA_ASSIGNMENT',
    message: 'The manual partition assignment includes broker 9, but no such broker is registered.',
  },
  {
    name: 't',
    wanted: { replicas: [[1, 1]] },
    error: 'INVALID_REPLICA_ASSIGNMENT',
    message: 'The manual partition assignment includes the broker 1 more than once.',
  },
  {
    name: 't',
    wanted: { replicas: [[1, 2], [3]] },
    error: 'INVALID_REPLICA_ASSIGNMENT',
    message:
      'The manual partition assignment includes a partition with 1 replica(s), but this is not consistent with previous partitions, which have 2 replica(s).',
  },
  {
    name: 't',
    wanted: { replicas: [[1]], replicationFactor: 1 },
    error: 'INVALID_REQUEST',
    message:
      'A manual partition assignment was specified, but replication factor was not set to -1.',
  },
  {
    name: 't',
    wanted: { configs: { nonsense: '1' } },
    error: 'INVALID_CONFIG',
    message: 'Unknown topic config name: nonsense',
  },
  {
    name: 't',
    wanted: { configs: { 'retention.ms': 'soon' } },
    error: 'INVALID_CONFIG',
    message: 'Invalid value soon for configuration retention.ms: Not a number of type LONG',
  },
]

test.each(refusals)('a topic is refused: $message', ({ name, wanted, error, message }) => {
  const cluster = new Cluster().brokers(3)
  cluster.create('known')
  cluster.create('dotted.name')
  const before = cluster.log.length
  const answer = cluster.create(name, wanted)
  expect([errorName(answer.errorCode), answer.errorMessage]).toEqual([error, message])
  expect(cluster.log.length, 'nothing is written').toBe(before)
})

test('a topic is its record, its configurations, its partitions, in this order', () => {
  const cluster = new Cluster().brokers(3)
  const made = cluster.records(() =>
    cluster.create('orders', {
      replicas: [
        [2, 3],
        [3, 1],
      ],
      configs: { 'min.insync.replicas': '2' },
    }),
  )
  expect(made.map(({ kind }) => kind)).toEqual([
    'topic',
    'config',
    'clearElr',
    'partition',
    'partition',
  ])
  expect(cluster.partition('orders', 1)).toMatchObject({
    replicas: [3, 1],
    isr: [3, 1],
    leader: 3,
    leaderEpoch: 0,
  })
})

test('the answer tells partitions, replicas and all configurations', () => {
  const cluster = new Cluster({ 'num.partitions': '4', 'default.replication.factor': '2' }).brokers(
    3,
  )
  const answer = cluster.create('orders', {
    numPartitions: -1,
    replicationFactor: -1,
    configs: { 'retention.ms': '7' },
  })
  expect(answer).toMatchObject({ errorCode: 0, numPartitions: 4, replicationFactor: 2 })
  const configs = new Map(answer.configs!.map((each) => [each.name, each]))
  expect(configs.get('retention.ms')).toMatchObject({ value: '7', configSource: 1 })
  expect(configs.get('min.insync.replicas')).toMatchObject({ value: '1', configSource: 3 })
  expect(configs.get('cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 })
})

test('validateOnly changes nothing and answers the same', () => {
  const cluster = new Cluster().brokers(1)
  const made = cluster.records(() => {
    expect(cluster.create('orders', { validateOnly: true }).errorCode).toBe(0)
  })
  expect(made).toEqual([])
})

test('a name that stands twice in one request is refused, the others are made', () => {
  const cluster = new Cluster().brokers(1)
  const topic = (name: string) => ({
    name,
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  })
  const topics = [topic('a'), topic('b'), topic('a'), topic('__cluster_metadata')]
  const answer = cluster.ask(createTopics, { topics, timeoutMs: 0, validateOnly: false })
  expect(
    answer.topics.map((each) => [each.name, errorName(each.errorCode), each.errorMessage]),
  ).toEqual([
    ['b', 'NONE', null],
    ['a', 'INVALID_REQUEST', 'Duplicate topic name.'],
    [
      '__cluster_metadata',
      'INVALID_REQUEST',
      'Creation of internal topic __cluster_metadata is prohibited.',
    ],
  ])
})

test.each([
  { count: 3, error: 'INVALID_PARTITIONS', message: 'Topic already has 3 partition(s).' },
  {
    count: 2,
    error: 'INVALID_PARTITIONS',
    message: 'The topic orders currently has 3 partition(s); 2 would not be an increase.',
  },
  {
    count: 5,
    assignments: [[1, 2]],
    error: 'INVALID_REPLICA_ASSIGNMENT',
    message: 'Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.',
  },
  {
    count: 4,
    assignments: [[1, 9]],
    error: 'INVALID_REPLICA_ASSIGNMENT',
    message: 'The manual partition assignment includes broker 9, but no such broker is registered.',
  },
  { count: 5, assignments: null, error: 'NONE', message: null },
])('partitions: $count, $message', ({ count, assignments, error, message }) => {
  const cluster = new Cluster().brokers(3)
  cluster.create('orders', { numPartitions: 3, replicationFactor: 2 })
  const named = assignments?.map((brokerIds) => ({ brokerIds })) ?? null
  const topics = [{ name: 'orders', count, assignments: named }]
  const { results } = cluster.ask(createPartitions, { topics, timeoutMs: 0, validateOnly: false })
  expect(results.map((each) => [errorName(each.errorCode), each.errorMessage])).toEqual([
    [error, message],
  ])
  expect(cluster.image.topicsByName.get('orders')!.partitions).toHaveLength(
    error === 'NONE' ? count : 3,
  )
})

test('topics are deleted by name and by id; what is wrong is told for each', () => {
  const cluster = new Cluster().brokers(1)
  const a = cluster.create('a', { configs: { 'retention.ms': '1' } }).topicId
  cluster.create('b')
  const asked = [
    { name: null, topicId: a },
    { name: 'b', topicId: zero },
    { name: 'none', topicId: zero },
    { name: null, topicId: zero },
    { name: 'x', topicId: a },
  ]
  const { responses } = cluster.ask(deleteTopics, { topics: asked, topicNames: [], timeoutMs: 0 })
  expect(responses.map((each) => [each.name, errorName(each.errorCode)])).toEqual([
    ['a', 'NONE'],
    ['b', 'NONE'],
    ['none', 'UNKNOWN_TOPIC_OR_PARTITION'],
    [null, 'INVALID_REQUEST'],
    ['x', 'INVALID_REQUEST'],
  ])
  expect(cluster.image.topicsByName.size).toBe(0)
  expect(cluster.image.configs.get(2)?.size ?? 0).toBe(0)
})
