import {
  bootstrapOption,
  commandConfigOption,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

const pairs = 'PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]'

export const producerPerfTestDeclaration = {
  name: 'producer-perf-test',
  kafkaName: 'kafka-producer-perf-test',
  summary: 'This tool is used to verify the producer performance.',
  options: [
    ...bootstrapOption('BOOTSTRAP-SERVER'),
    {
      name: 'topic',
      description: 'The topic to write to.',
      argument: { type: 'String', name: 'TOPIC', completes: 'topic' },
      required: true,
    },
    {
      name: 'num-records',
      description: 'How many records.',
      argument: { type: 'Long', name: 'NUM-RECORDS' },
      required: true,
    },
    {
      name: 'payload-delimiter',
      description:
        'What stands between the values of --payload-file, as a regular expression of Java’s (default: a line end).',
      argument: { type: 'String', name: 'PAYLOAD-DELIMITER' },
    },
    {
      name: 'throughput',
      description: 'How many records a second at most; −1 is as many as possible.',
      argument: { type: 'Double', name: 'THROUGHPUT' },
      required: true,
    },
    {
      name: 'producer-props',
      description: 'Settings of the producer, name=value each.',
      argument: { type: 'String', name: pairs, many: true },
      deprecated: 'command-property',
    },
    {
      name: 'command-property',
      description:
        'Settings of the producer, name=value each; they count before those of the file.',
      argument: { type: 'String', name: pairs, many: true },
    },
    {
      name: 'producer.config',
      description: 'File with settings of the producer.',
      argument: { type: 'String', name: 'CONFIG-FILE', completes: 'file' },
      deprecated: 'command-config',
    },
    ...commandConfigOption('CONFIG-FILE', 'producer'),
    {
      name: 'print-metrics',
      description:
        'Also tell at the end what was sent to each partition; to a pipe, the totals among Kafka’s metrics.',
    },
    {
      name: 'transactional-id',
      description:
        'Write in transactions under this id. With --transaction-duration-ms alone one is made up.',
      argument: { type: 'String', name: 'TRANSACTIONAL-ID' },
    },
    {
      name: 'transaction-duration-ms',
      description: 'Commit when a transaction is so old (3000).',
      argument: { type: 'Long', name: 'TRANSACTION-DURATION' },
    },
    {
      name: 'warmup-records',
      description: 'So many records at the beginning do not count in a second summary.',
      argument: { type: 'Long', name: 'WARMUP-RECORDS' },
    },
    {
      name: 'reporting-interval',
      description: 'How often to tell how it goes, in milliseconds (5000).',
      argument: { type: 'Long', name: 'INTERVAL-MS' },
    },
    {
      name: 'record-size',
      description: 'The size of each value in bytes.',
      argument: { type: 'Integer', name: 'RECORD-SIZE' },
    },
    {
      name: 'payload-file',
      description: 'File whose lines are the values, in any order.',
      argument: { type: 'String', name: 'PAYLOAD-FILE', completes: 'file' },
    },
    { name: 'payload-monotonic', description: 'Values are numbers that count from 0.' },
    ...outputOption,
    ...ownOptions,
  ],
  alternatives: [{ names: ['record-size', 'payload-file', 'payload-monotonic'], required: true }],
  examples: [
    {
      does: 'a million records of a hundred bytes, as fast as it goes',
      command:
        'producer-perf-test --topic orders --num-records 1000000 --record-size 100 --throughput -1',
    },
  ],
} as const satisfies ToolDeclaration
