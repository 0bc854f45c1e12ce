import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const consumerPerfTestDeclaration = {
  name: 'consumer-perf-test',
  kafkaName: 'kafka-consumer-perf-test',
  summary: 'This tool is used to verify the consumer performance.',
  options: [
    ...bootstrapOption('server to connect to'),
    {
      name: 'topic',
      description: 'The topic to read.',
      argument: { type: 'String', name: 'topic', completes: 'topic' },
    },
    {
      name: 'include',
      description: 'Topics whose whole names match this regular expression.',
      argument: { type: 'String', name: 'Java regex (String)' },
    },
    {
      name: 'num-records',
      description: 'How many records to read.',
      argument: { type: 'Long', name: 'count' },
    },
    {
      name: 'messages',
      description: 'How many records to read.',
      argument: { type: 'Long', name: 'count' },
      deprecated: 'num-records',
    },
    {
      name: 'group',
      description: 'The group to read as; without it one of its own.',
      argument: { type: 'String', name: 'gid', completes: 'group' },
    },
    {
      name: 'fetch-size',
      description: 'How many bytes of a partition to fetch at once.',
      argument: { type: 'Integer', name: 'size' },
      default: '1048576',
    },
    { name: 'from-latest', description: 'Begin at the end, if the group has no offset.' },
    {
      name: 'socket-buffer-size',
      description: 'The size of the buffer for receiving.',
      argument: { type: 'Integer', name: 'size' },
      default: '2097152',
    },
    {
      name: 'command-property',
      description:
        'A setting of the consumer; it counts before those of the file. May be repeated.',
      argument: { type: 'String', name: 'prop1=val1' },
    },
    ...commandConfigOption('config file', 'consumer'),
    {
      name: 'consumer.config',
      description: 'File with settings of the consumer.',
      argument: { type: 'String', name: 'config file', completes: 'file' },
      deprecated: 'command-config',
    },
    {
      name: 'print-metrics',
      description:
        'Also tell at the end what came from each partition; to a pipe, the totals among Kafka’s metrics.',
    },
    { name: 'show-detailed-stats', description: 'Tell how it goes, instead of one summary.' },
    {
      name: 'timeout',
      description: 'How long to wait for a record, in milliseconds.',
      argument: { type: 'Long', name: 'milliseconds', optional: true },
      default: '10000',
    },
    {
      name: 'reporting-interval',
      description: 'How often --show-detailed-stats tells, in milliseconds.',
      argument: { type: 'Long', name: 'interval_ms' },
      default: '5000',
    },
    {
      name: 'date-format',
      description: 'How times are written, in the letters of Java’s SimpleDateFormat.',
      argument: { type: 'String', name: 'date format' },
      default: 'yyyy-MM-dd HH:mm:ss:SSS',
    },
    { name: 'hide-header', description: 'Leave the line with the names of the columns out.' },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'how fast a million records come',
      command: 'consumer-perf-test --topic orders --num-records 1000000',
    },
  ],
} as const satisfies ToolDeclaration
