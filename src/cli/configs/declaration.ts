import {
  bootstrapControllerOption,
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const configsDeclaration = {
  name: 'configs',
  kafkaName: 'kafka-configs',
  summary:
    'This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or group',
  options: [
    ...bootstrapOption('server to connect to'),
    ...bootstrapControllerOption('controller to connect to'),
    ...commandConfigOption('command config property file'),
    { name: 'describe', description: 'Show the configurations that are set.' },
    { name: 'alter', description: 'Set or remove configurations.' },
    {
      name: 'topic',
      description: 'The topic.',
      argument: { type: 'String', completes: 'topic' },
    },
    {
      name: 'client',
      description: 'The client id, whose quotas are meant.',
      argument: { type: 'String' },
    },
    { name: 'client-defaults', description: 'The quotas of all clients that have none.' },
    {
      name: 'user',
      description: 'The user, whose quotas and SCRAM credentials are meant.',
      argument: { type: 'String' },
    },
    { name: 'user-defaults', description: 'The quotas of all users that have none.' },
    {
      name: 'broker',
      description: 'The id of the broker.',
      argument: { type: 'String' },
    },
    { name: 'broker-defaults', description: 'The configurations of all brokers together.' },
    {
      name: 'broker-logger',
      description: 'The id of the broker whose loggers are meant.',
      argument: { type: 'String' },
    },
    {
      name: 'ip',
      description: 'The address, whose quotas are meant.',
      argument: { type: 'String' },
    },
    { name: 'ip-defaults', description: 'The quotas of all addresses that have none.' },
    {
      name: 'client-metrics',
      description: 'The subscription to metrics of clients.',
      argument: { type: 'String' },
    },
    {
      name: 'group',
      description: 'The group.',
      argument: { type: 'String', completes: 'group' },
    },
    {
      name: 'entity-type',
      description:
        'The older way to say it: topics, clients, users, brokers, ips, client-metrics, groups or broker-loggers; --entity-name names which one.',
      argument: {
        type: 'String',
        oneOf: [
          'topics',
          'clients',
          'users',
          'brokers',
          'ips',
          'client-metrics',
          'groups',
          'broker-loggers',
        ],
      },
    },
    {
      name: 'entity-name',
      description: 'Which one of the entity type.',
      argument: { type: 'String' },
    },
    {
      name: 'entity-default',
      description: 'The default of clients, users, brokers or ips.',
    },
    {
      name: 'all',
      description: 'Describe all configurations, also those that nobody has set.',
    },
    {
      name: 'add-config',
      description:
        'What to set: name=value, several by comma; brackets keep a value with commas together: name=[a,b].',
      argument: { type: 'String' },
    },
    {
      name: 'add-config-file',
      description: 'File with what to set, in the syntax of Java properties.',
      argument: { type: 'String', completes: 'file' },
    },
    {
      name: 'delete-config',
      description: 'What to remove, by comma.',
      argument: { type: 'String' },
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'keep a topic for a day',
      command: 'configs --alter --topic orders --add-config retention.ms=86400000',
    },
    {
      does: 'everything that counts for a topic',
      command: 'configs --describe --topic orders --all',
    },
    {
      does: 'back to the default',
      command: 'configs --alter --topic orders --delete-config retention.ms',
    },
  ],
} as const satisfies ToolDeclaration
