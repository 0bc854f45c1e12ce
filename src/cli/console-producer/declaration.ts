import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const lineReader = 'org.apache.kafka.tools.LineMessageReader'

export const consoleProducerDeclaration = {
  name: 'console-producer',
  kafkaName: 'kafka-console-producer',
  summary: 'This tool helps to read data from standard input and publish it to Kafka.',
  options: [
    {
      name: 'topic',
      description: 'The topic to write to.',
      argument: { type: 'String', name: 'topic', completes: 'topic' },
      required: true,
    },
    ...bootstrapOption('server to connect to'),
    { name: 'sync', description: 'Wait for the answer to each record before the next is sent.' },
    {
      name: 'compression-codec',
      description: 'none, gzip, snappy, lz4 or zstd; gzip when it stands alone.',
      argument: {
        type: 'String',
        name: 'compression-codec',
        optional: true,
        oneOf: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
      },
    },
    {
      name: 'batch-size',
      description: 'Bytes of records for one partition that are sent together.',
      argument: { type: 'Integer', name: 'size' },
      default: '16384',
    },
    {
      name: 'max-partition-memory-bytes',
      description: 'The same as --batch-size, and stronger.',
      argument: { type: 'Integer', name: 'memory in bytes per partition' },
      default: '16384',
      deprecated: 'batch-size',
    },
    {
      name: 'message-send-max-retries',
      description: 'How often a record is sent again after a failure that may pass.',
      argument: { type: 'Integer' },
      default: '3',
    },
    {
      name: 'retry-backoff-ms',
      description: 'How long to wait before it is sent again.',
      argument: { type: 'Long' },
      default: '100',
    },
    {
      name: 'timeout',
      description: 'How long records may wait for others to be sent together, in milliseconds.',
      argument: { type: 'Long', name: 'timeout_ms' },
      default: '1000',
    },
    {
      name: 'request-required-acks',
      description:
        'Who must have a record before it counts as sent: 0 nobody, 1 the leader, all (-1).',
      argument: { type: 'String', name: 'request required acks', oneOf: ['0', '1', 'all', '-1'] },
      default: '-1',
    },
    {
      name: 'request-timeout-ms',
      description: 'How long a broker may take to answer.',
      argument: { type: 'Integer', name: 'request timeout ms' },
      default: '1500',
    },
    {
      name: 'metadata-expiry-ms',
      description: 'After how long the cluster is asked again who leads what.',
      argument: { type: 'Long', name: 'metadata expiration interval' },
      default: '300000',
    },
    {
      name: 'max-block-ms',
      description: 'How long to wait for metadata, or for room in the buffer.',
      argument: { type: 'Long', name: 'max block on send' },
      default: '60000',
    },
    {
      name: 'max-memory-bytes',
      description: 'How much may wait to be sent.',
      argument: { type: 'Long', name: 'total memory in bytes' },
      default: '33554432',
    },
    {
      name: 'socket-buffer-size',
      description: 'Size of the socket’s send buffer.',
      argument: { type: 'Integer', name: 'size' },
      default: '102400',
    },
    {
      name: 'line-reader',
      description: 'The reader of standard input.',
      argument: { type: 'String', name: 'reader_class' },
      default: lineReader,
    },
    {
      name: 'reader-property',
      description:
        'A setting of the reader, may be repeated: parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator, ignore.error, null.marker.',
      argument: { type: 'String', name: 'prop' },
    },
    {
      name: 'property',
      description: 'The old name.',
      argument: { type: 'String', name: 'prop' },
      deprecated: 'reader-property',
    },
    {
      name: 'reader-config',
      description: 'File with settings of the reader.',
      argument: { type: 'String', name: 'config file', completes: 'file' },
    },
    {
      name: 'command-property',
      description: 'A setting of the producer, name=value; may be repeated.',
      argument: { type: 'String', name: 'producer_prop' },
    },
    {
      name: 'producer-property',
      description: 'The old name.',
      argument: { type: 'String', name: 'producer_prop' },
      deprecated: 'command-property',
    },
    ...commandConfigOption('config file', 'producer'),
    {
      name: 'producer.config',
      description: 'The old name.',
      argument: { type: 'String', name: 'config file', completes: 'file' },
      deprecated: 'command-config',
    },
    ...helpAndVersion,
    ...ownOptions,
    {
      name: 'input',
      description:
        'What a line is: plain (what the reader makes of it), or jsonl: a record as "console-consumer --output jsonl" prints it, with key, headers, timestamp and partition.',
      argument: { type: 'String', name: 'form', oneOf: ['plain', 'json', 'jsonl'] },
      ours: true,
    },
  ],
  examples: [
    {
      does: 'every line becomes a record',
      command: 'cat access.log | console-producer --topic orders',
    },
    {
      does: 'key and value, with a colon between them',
      command:
        'console-producer --topic orders --reader-property parse.key=true --reader-property key.separator=:',
    },
    {
      does: 'a topic copied, record by record, with all that they hold',
      command:
        'console-consumer --topic orders --from-beginning --timeout-ms 3000 --output jsonl | console-producer --topic copy --input jsonl',
    },
  ],
} as const satisfies ToolDeclaration
