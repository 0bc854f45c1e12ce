import { expect, test } from 'vitest'
import { configsOf } from '../../src/metadata/image.ts'
import { alterConfigs } from '../../src/protocol/apis/alter-configs.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { Cluster } from './cluster.ts'

const [set, remove, append, subtract] = [0, 1, 2, 3]
const [topic, broker, metrics, group] = [2, 4, 16, 32]

type Op = [name: string, operation: number | undefined, value: string | null]

function alter(cluster: Cluster, resourceType: number, resourceName: string, ...ops: Op[]) {
  const configs = ops.map(([name, operation, value]) => ({
    name,
    configOperation: operation!,
    value,
  }))
  const resources = [{ resourceType, resourceName, configs }]
  const { responses } = cluster.ask(incrementalAlterConfigs, { resources, validateOnly: false })
  return [errorName(responses[0]!.errorCode), responses[0]!.errorMessage]
}

const ok = ['NONE', null]

test('what is set, added to and taken from a topic', () => {
  const cluster = new Cluster().brokers(1)
  cluster.create('t')
  expect(
    alter(cluster, topic!, 't', ['retention.ms', set, '5'], ['cleanup.policy', append, 'compact']),
  ).toEqual(ok)
  expect([...configsOf(cluster.image, 'topic', 't')]).toEqual([
    ['retention.ms', '5'],
    ['cleanup.policy', 'delete,compact'],
  ])
  const made = cluster.records(() => {
    expect(
      alter(
        cluster,
        topic!,
        't',
        ['cleanup.policy', subtract, 'delete'],
        ['retention.ms', remove, null],
      ),
    ).toEqual(ok)
    expect(alter(cluster, topic!, 't', ['retention.ms', remove, null]), 'once more').toEqual(ok)
    expect(
      alter(cluster, topic!, 't', ['nonsense', remove, null]),
      'even what there is not',
    ).toEqual(ok)
  })
  expect(made).toHaveLength(2)
  expect([...configsOf(cluster.image, 'topic', 't')]).toEqual([['cleanup.policy', 'compact']])
})

const refusals: { type: number; name: string; ops: Op[]; error: string; message: string }[] = [
  {
    type: topic!,
    name: 'none',
    ops: [['retention.ms', set, '1']],
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    message: "The topic 'none' does not exist.",
  },
  {
    type: topic!,
    name: 't',
    ops: [['retention.ms', set, 'soon']],
    error: 'INVALID_CONFIG',
    message: 'Invalid value soon for configuration retention.ms: Not a number of type LONG',
  },
  {
    type: topic!,
    name: 't',
    ops: [['nonsense', set, '1']],
    error: 'INVALID_CONFIG',
    message: 'Unknown topic config name: nonsense',
  },
  {
    type: topic!,
    name: 't',
    ops: [['retention.ms', append, '1']],
    error: 'INVALID_CONFIG',
    message: "Can't APPEND to key retention.ms because its type is not LIST.",
  },
  {
    type: topic!,
    name: 't',
    ops: [['retention.ms', set, null]],
    error: 'INVALID_REQUEST',
    message: 'Null value not supported for : retention.ms',
  },
  {
    type: topic!,
    name: 't',
    ops: [
      ['retention.ms', set, '1'],
      ['retention.ms', set, '2'],
    ],
    error: 'INVALID_REQUEST',
    message: 'Error due to duplicate config keys',
  },
  {
    type: broker!,
    name: '1',
    ops: [['log.dirs', set, '/tmp']],
    error: 'INVALID_REQUEST',
    message: 'Cannot update these configs dynamically: [log.dirs]',
  },
  {
    type: broker!,
    name: '',
    ops: [['min.insync.replicas', remove, null]],
    error: 'INVALID_CONFIG',
    message: 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
  },
  {
    type: broker!,
    name: '1',
    ops: [['min.insync.replicas', set, '2']],
    error: 'INVALID_CONFIG',
    message: 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
  },
  {
    type: broker!,
    name: '7',
    ops: [['log.retention.ms', set, '2']],
    error: 'BROKER_ID_NOT_REGISTERED',
    message: 'No node with id 7 found.',
  },
  {
    type: metrics!,
    name: 'm',
    ops: [['nonsense', set, '2']],
    error: 'INVALID_REQUEST',
    message: 'Unknown client metrics configuration: nonsense',
  },
  { type: 99, name: 'x', ops: [], error: 'INVALID_REQUEST', message: 'Unknown resource type 99' },
]

test.each(refusals)('refused: $message', ({ type, name, ops, error, message }) => {
  const cluster = new Cluster().brokers(1)
  cluster.create('t')
  const before = cluster.log.length
  expect(alter(cluster, type, name, ...ops)).toEqual([error, message])
  expect(cluster.log.length).toBe(before)
})

test('the cluster default counts for every topic without its own value', () => {
  const cluster = new Cluster().brokers(1)
  expect(alter(cluster, broker!, '', ['log.retention.ms', set, '77'])).toEqual(ok)
  expect(alter(cluster, group!, 'g', ['consumer.session.timeout.ms', set, '50000'])).toEqual(ok)
  const { configs } = cluster.create('t')
  expect(configs!.find(({ name }) => name === 'retention.ms')).toMatchObject({
    value: '77',
    configSource: 3,
  })
})

test('a higher minimum of in-sync replicas ends the eligibility that came of the old one', () => {
  const cluster = new Cluster().brokers(3)
  cluster.create('t', { replicas: [[1, 2, 3]], configs: { 'min.insync.replicas': '3' } })
  cluster.event({ kind: 'broker-gone', id: 3 })
  expect(cluster.partition('t').elr).toEqual([3])
  const made = cluster.records(() => alter(cluster, topic!, 't', ['min.insync.replicas', set, '2']))
  expect(made.map(({ kind }) => kind)).toEqual(['config', 'clearElr'])
  expect(cluster.partition('t').elr).toEqual([])
})

test.each([
  { what: 'the topic', type: topic!, name: 't' },
  { what: 'all topics', type: broker!, name: '' },
])(
  'of a partition without anybody in sync the eligible ones stay, whatever $what asks for',
  ({ type, name }) => {
    const cluster = new Cluster().brokers(3)
    cluster.create('t', { replicas: [[1, 2, 3]], configs: { 'min.insync.replicas': '3' } })
    for (const id of [3, 2, 1]) cluster.event({ kind: 'broker-gone', id })
    const before = cluster.partition('t')
    expect(before).toMatchObject({ leader: -1, isr: [], elr: [1, 2, 3], lastKnownElr: [1] })
    expect(alter(cluster, type, name, ['min.insync.replicas', set, '2'])).toEqual(ok)
    const { leader, isr, elr, lastKnownElr } = before
    expect(cluster.partition('t')).toMatchObject({ leader, isr, elr, lastKnownElr })
  },
)

test('the old AlterConfigs takes away what it does not name', () => {
  const cluster = new Cluster().brokers(1)
  cluster.create('t', { configs: { 'retention.ms': '5', 'segment.ms': '10' } })
  const configs = [{ name: 'segment.ms', value: '11' }]
  const resources = [{ resourceType: topic!, resourceName: 't', configs }]
  cluster.ask(alterConfigs, { resources, validateOnly: false })
  expect([...configsOf(cluster.image, 'topic', 't')]).toEqual([['segment.ms', '11']])
})
