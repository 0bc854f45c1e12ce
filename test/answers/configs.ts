/** Configurations: what may be changed, how it is shown, and what is said against the rest. */
import { alterConfigs } from '../../src/protocol/apis/alter-configs.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { describeConfigs } from '../../src/protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { listConfigResources } from '../../src/protocol/apis/list-config-resources.ts'
import { type Scene, type Step, step } from './scene.ts'

const kinds = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const
type Kind = keyof typeof kinds
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

type Change = [name: string, value: string | null, operation?: keyof typeof operations]

const change = (
  title: string,
  [kind, name]: [Kind | number, string],
  changes: Change[],
  validateOnly = false,
): Step =>
  step(title, incrementalAlterConfigs, {
    resources: [
      {
        resourceType: typeof kind === 'number' ? kind : kinds[kind],
        resourceName: name,
        configs: changes.map(([config, value, operation = 'set']) => ({
          name: config,
          value,
          configOperation: operations[operation],
        })),
      },
    ],
    validateOnly,
  })

const replace = (
  title: string,
  [kind, name]: [Kind, string],
  configs: Record<string, string | null>,
  validateOnly = false,
): Step =>
  step(title, alterConfigs, {
    resources: [
      {
        resourceType: kinds[kind],
        resourceName: name,
        configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
      },
    ],
    validateOnly,
  })

const show = (
  title: string,
  [kind, name]: [Kind | number, string],
  configurationKeys: string[] | null,
  version?: number,
): Step =>
  step(
    title,
    describeConfigs,
    {
      resources: [
        {
          resourceType: typeof kind === 'number' ? kind : kinds[kind],
          resourceName: name,
          configurationKeys,
        },
      ],
      includeSynonyms: true,
      includeDocumentation: false,
    },
    { ...(version !== undefined && { version }) },
  )

const topicKeys = ['cleanup.policy', 'retention.ms', 'segment.ms', 'min.insync.replicas']
const brokerKeys = [
  ...['log.retention.ms', 'log.retention.hours', 'log.segment.bytes', 'num.io.threads'],
  ...['log.cleaner.threads', 'min.insync.replicas', 'message.max.bytes', 'ssl.keystore.password'],
  ...['max.connections', 'log.cleanup.policy', 'background.threads', 'advertised.listeners.none'],
]

export const configs: Scene = {
  name: 'configs',
  steps: [
    step('a topic with what it is told', createTopics, {
      topics: [
        {
          name: 'a',
          numPartitions: 2,
          replicationFactor: 1,
          assignments: [],
          configs: [
            { name: 'retention.ms', value: '1000' },
            { name: 'cleanup.policy', value: 'compact,delete' },
          ],
        },
        { name: 'b', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
      ],
      timeoutMs: 30_000,
      validateOnly: false,
    }),
    step('topics with what cannot be', createTopics, {
      topics: [
        ['bad-value', 'retention.ms', 'soon'],
        ['bad-range', 'min.insync.replicas', '0'],
        ['bad-name', 'no.such.config', '1'],
        ['bad-null', 'retention.ms', null],
        ['bad-list', 'cleanup.policy', 'compact,shred'],
      ].map(([name, config, value]) => ({
        name: name!,
        numPartitions: 1,
        replicationFactor: 1,
        assignments: [],
        configs: [{ name: config!, value: value! }],
      })),
      timeoutMs: 30_000,
      validateOnly: false,
    }),

    show('all of a topic', ['topic', 'a'], null),
    show('some of a topic', ['topic', 'a'], topicKeys),
    show('some of a topic, as version 1 shows it', ['topic', 'a'], topicKeys, 1),
    show('what is no configuration', ['topic', 'a'], ['no.such.config']),
    show('a topic that is not there', ['topic', 'nowhere'], null),
    show('a topic that cannot be', ['topic', 'no topic'], null),
    show('a topic without a name', ['topic', ''], null),
    show('some of the broker', ['broker', '1'], brokerKeys),
    show('another broker', ['broker', '7'], null),
    show('a broker with a name', ['broker', 'one'], null),
    show('the default of all brokers', ['broker', ''], null),
    show('a logger of nobody', ['brokerLogger', ''], null),
    show('a logger of another broker', ['brokerLogger', '7'], null),
    show('metrics that nobody asked for', ['clientMetrics', 'm'], null),
    show('metrics without a name', ['clientMetrics', ''], null),
    show('a group that is not there', ['group', 'g'], null),
    show('a group without a name', ['group', ''], null),
    show('what is no kind of resource', [3, 'x'], null),

    change(
      'set one, take one back',
      ['topic', 'a'],
      [
        ['segment.ms', '5000'],
        ['retention.ms', null, 'delete'],
      ],
    ),
    change('take back what was never set', ['topic', 'a'], [['flush.ms', null, 'delete']]),
    change('take back what is no configuration', ['topic', 'a'], [['nonsense', null, 'delete']]),
    change('add to a list', ['topic', 'b'], [['cleanup.policy', 'compact', 'append']]),
    change('add what is in the list', ['topic', 'b'], [['cleanup.policy', 'compact', 'append']]),
    change('take from a list', ['topic', 'b'], [['cleanup.policy', 'delete', 'subtract']]),
    change(
      'take what is not in the list',
      ['topic', 'b'],
      [['cleanup.policy', 'delete', 'subtract']],
    ),
    change('add to what is no list', ['topic', 'b'], [['retention.ms', '5', 'append']]),
    change('take from what is no list', ['topic', 'b'], [['retention.ms', '5', 'subtract']]),
    change('set to null', ['topic', 'b'], [['retention.ms', null]]),
    change('set what is no configuration', ['topic', 'b'], [['nonsense', '1']]),
    change('set to what it cannot be', ['topic', 'b'], [['segment.bytes', '10']]),
    change(
      'the same one twice',
      ['topic', 'b'],
      [
        ['retention.ms', '5'],
        ['retention.ms', '6'],
      ],
    ),
    change('only to see whether it would be', ['topic', 'b'], [['retention.ms', '777']], true),
    change('only to see that it would not be', ['topic', 'b'], [['retention.ms', '-5']], true),
    change(
      'lags that contradict each other',
      ['topic', 'b'],
      [
        ['min.compaction.lag.ms', '5'],
        ['max.compaction.lag.ms', '4'],
      ],
    ),
    change('a topic that is nowhere', ['topic', 'nowhere'], [['retention.ms', '5']]),
    change('a topic with no name', ['topic', ''], [['retention.ms', '5']]),
    change('no changes at all', ['topic', 'b'], []),
    change('no kind of resource', [3, 'x'], [['retention.ms', '5']]),
    show('what became of a', ['topic', 'a'], topicKeys),
    show('what became of b', ['topic', 'b'], [...topicKeys, 'max.compaction.lag.ms']),

    replace('all anew', ['topic', 'a'], { 'retention.ms': '9000' }),
    show('and nothing else is left', ['topic', 'a'], topicKeys),
    replace('anew with null', ['topic', 'a'], { 'retention.ms': null }),
    replace('anew with nonsense', ['topic', 'a'], { nonsense: '1' }),
    replace('anew, only to see', ['topic', 'a'], { 'retention.ms': '1' }, true),
    replace('anew for a topic that is nowhere', ['topic', 'nowhere'], { 'retention.ms': '1' }),
    replace('anew for all brokers', ['broker', ''], { 'log.retention.ms': '123456' }),
    show('the default of all brokers now', ['broker', ''], null),
    show('what a topic has from it', ['topic', 'b'], ['retention.ms']),
    step('the same resource twice', incrementalAlterConfigs, {
      resources: [1, 2].map((value) => ({
        resourceType: kinds.topic,
        resourceName: 'a',
        configs: [{ name: 'retention.ms', configOperation: 0, value: String(value) }],
      })),
      validateOnly: false,
    }),
    step('one good resource and one that is not', incrementalAlterConfigs, {
      resources: ['a', 'nowhere'].map((resourceName) => ({
        resourceType: kinds.topic,
        resourceName,
        configs: [{ name: 'flush.ms', configOperation: 0, value: '1234' }],
      })),
      validateOnly: false,
    }),

    change(
      'of this broker',
      ['broker', '1'],
      [
        ['log.cleaner.threads', '2'],
        ['log.segment.bytes', '1048576'],
      ],
    ),
    change('of all brokers', ['broker', ''], [['log.cleaner.threads', '1']]),
    show('of this broker, with where it comes from', ['broker', '1'], brokerKeys),
    show('what a topic has from the broker', ['topic', 'b'], ['segment.bytes']),
    change('what a broker keeps from its file', ['broker', '1'], [['node.id', '5']]),
    change('what all brokers keep from their files', ['broker', ''], [['log.dirs', '/x']]),
    change('a wrong value for a broker', ['broker', '1'], [['log.retention.ms', 'x']]),
    change('what is out of range for a broker', ['broker', '1'], [['log.segment.bytes', '1']]),
    change('what a broker does not know', ['broker', '1'], [['my.own', 'x']]),
    change('another one than this broker', ['broker', '7'], [['log.retention.ms', '1']]),
    change('a broker by name', ['broker', 'one'], [['log.retention.ms', '1']]),
    change('too many threads at once', ['broker', ''], [['num.io.threads', '100']]),
    change('too few threads at once', ['broker', ''], [['num.io.threads', '1']]),
    change('too many threads for the net', ['broker', ''], [['num.network.threads', '100']]),
    change('too many fetchers', ['broker', '1'], [['num.replica.fetchers', '9']]),
    change('too many cleaners', ['broker', '1'], [['log.cleaner.threads', '9']]),
    change('too many at recovery', ['broker', ''], [['num.recovery.threads.per.data.dir', '9']]),
    change('too many in the background', ['broker', ''], [['background.threads', '100']]),
    change('twice as many threads', ['broker', ''], [['num.io.threads', '16']]),
    change('no threads', ['broker', '1'], [['num.io.threads', '0']]),
    change('in sync replicas of one broker', ['broker', '1'], [['min.insync.replicas', '2']]),
    change('in sync replicas of all brokers', ['broker', ''], [['min.insync.replicas', '2']]),
    change(
      'no in sync replicas of all brokers',
      ['broker', ''],
      [['min.insync.replicas', null, 'delete']],
    ),
    change('a secret for all brokers', ['broker', ''], [['ssl.keystore.password', 'secret']]),
    change('a listener for all brokers', ['broker', ''], [['listeners', 'PLAINTEXT://:1']]),
    change('connections of all brokers', ['broker', ''], [['max.connections', '500']]),
    change(
      'a list that a broker adds to',
      ['broker', '1'],
      [['log.cleanup.policy', 'compact', 'append']],
    ),
    show('the broker after all', ['broker', '1'], brokerKeys),
    show('all brokers after all', ['broker', ''], null),
    change(
      'back',
      ['broker', '1'],
      [
        ['log.cleaner.threads', null, 'delete'],
        ['log.segment.bytes', null, 'delete'],
        ['log.cleanup.policy', null, 'delete'],
      ],
    ),
    show('the broker as before', ['broker', '1'], brokerKeys),

    change('of a group', ['group', 'g'], [['consumer.session.timeout.ms', '50000']]),
    change(
      'of a group, out of the broker’s range',
      ['group', 'g'],
      [['consumer.session.timeout.ms', '1']],
    ),
    change('of a group, what it does not know', ['group', 'g'], [['nonsense', '1']]),
    change('of a group without a name', ['group', ''], [['consumer.session.timeout.ms', '50000']]),
    show('of the group now', ['group', 'g'], null),
    change(
      'of metrics',
      ['clientMetrics', 'm'],
      [
        ['metrics', 'org.apache.kafka.producer.'],
        ['interval.ms', '60000'],
      ],
    ),
    change(
      'of metrics, an interval that is too short',
      ['clientMetrics', 'm'],
      [['interval.ms', '1']],
    ),
    change('of metrics, a match that is none', ['clientMetrics', 'm'], [['match', 'x']]),
    change('of metrics, what they do not know', ['clientMetrics', 'm'], [['nonsense', '1']]),
    show('of the metrics now', ['clientMetrics', 'm'], null),

    step('everything that has configurations', listConfigResources, { resourceTypes: [] }),
    step('topics and groups that have', listConfigResources, { resourceTypes: [2, 32] }),
    step('one that is no kind', listConfigResources, { resourceTypes: [3] }),
    step('as version 0 lists', listConfigResources, {}, { version: 0 }),
  ],
}
