import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const topicsDeclaration = {
  name: 'topics',
  kafkaName: 'kafka-topics',
  summary: 'Create, delete, describe, or change a topic.',
  helpSummary: 'This tool helps to create, delete, describe, or change a topic.',
  options: [
    ...bootstrapOption('server to connect to'),
    ...commandConfigOption('command config property file'),
    { name: 'create', description: 'Create a topic.' },
    { name: 'list', description: 'List the topics.' },
    { name: 'describe', description: 'Show partitions, replicas and settings of topics.' },
    { name: 'alter', description: 'Add partitions to topics.' },
    { name: 'delete', description: 'Delete topics.' },
    {
      name: 'topic',
      description:
        'The topic. To create, a name; otherwise a regular expression that matches whole names, or several by comma.',
      argument: { type: 'String', name: 'topic', completes: 'topic' },
    },
    {
      name: 'topic-id',
      description: 'Describe the topic with this id.',
      argument: { type: 'String', name: 'topic-id' },
    },
    {
      name: 'partitions',
      description: 'How many partitions the topic has: at creation, or after --alter.',
      argument: { type: 'Integer', name: '# of partitions' },
    },
    {
      name: 'replication-factor',
      description: 'On how many brokers each partition lives.',
      argument: { type: 'Integer', name: 'replication factor' },
    },
    {
      name: 'replica-assignment',
      description: 'The brokers of each partition, chosen by hand: 1:2,2:3 is two partitions.',
      argument: {
        type: 'String',
        name: 'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...',
      },
    },
    {
      name: 'config',
      description: 'A setting of the topic that is created; may be repeated.',
      argument: { type: 'String', name: 'name=value' },
    },
    {
      name: 'delete-config',
      description: 'Ignored since Kafka 4.0; kafka-configs removes settings.',
      argument: { type: 'String', name: 'name' },
      deprecated: true,
    },
    {
      name: 'if-exists',
      description: 'Say nothing when the topic to alter, delete or describe is not there.',
    },
    {
      name: 'if-not-exists',
      description: 'Say nothing when the topic to create is there already.',
    },
    { name: 'exclude-internal', description: 'Leave Kafka’s own topics out.' },
    {
      name: 'under-replicated-partitions',
      description: 'Describe only partitions that lack a replica in sync.',
    },
    { name: 'unavailable-partitions', description: 'Describe only partitions without a leader.' },
    {
      name: 'under-min-isr-partitions',
      description: 'Describe only partitions with fewer replicas in sync than they need.',
    },
    {
      name: 'at-min-isr-partitions',
      description: 'Describe only partitions with just as many replicas in sync as they need.',
    },
    {
      name: 'topics-with-overrides',
      description: 'Describe only topics that have settings of their own.',
    },
    {
      name: 'partition-size-limit-per-response',
      description: 'How many partitions a broker may tell of in one answer.',
      argument: { type: 'Integer', name: 'maximum number of partitions per response' },
      default: '2000',
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'a topic with three partitions',
      command: 'topics --create --topic orders --partitions 3 --replication-factor 1',
    },
    {
      does: 'what there is',
      command: 'topics --list',
    },
    {
      does: 'what is wrong on some other cluster',
      command: 'topics --bootstrap-server host:9092 --describe --under-replicated-partitions',
    },
  ],
} as const satisfies ToolDeclaration
