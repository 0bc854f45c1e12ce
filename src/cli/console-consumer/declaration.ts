import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const defaultFormatter = 'org.apache.kafka.tools.consumer.DefaultMessageFormatter'

export const consoleConsumerDeclaration = {
  name: 'console-consumer',
  kafkaName: 'kafka-console-consumer',
  summary: 'This tool helps to read data from Kafka topics and outputs it to standard output.',
  options: [
    {
      name: 'topic',
      description: 'The topic to read.',
      argument: { type: 'String', name: 'topic', completes: 'topic' },
    },
    {
      name: 'include',
      description: 'A regular expression: read all topics whose whole name matches.',
      argument: { type: 'String', name: 'Java regex (String)' },
    },
    ...bootstrapOption('server to connect to'),
    {
      name: 'partition',
      description: 'Read this partition alone, outside of any group.',
      argument: { type: 'Integer', name: 'partition' },
    },
    {
      name: 'offset',
      description: 'Where to begin in the partition: earliest, latest, or an offset.',
      argument: { type: 'String', name: 'consume offset' },
      default: 'latest',
    },
    {
      name: 'from-beginning',
      description: 'Begin with the oldest record, unless the group has been further already.',
    },
    {
      name: 'group',
      description: 'Read as a member of this group, and remember how far it came.',
      argument: { type: 'String', name: 'consumer group id', completes: 'group' },
    },
    {
      name: 'max-messages',
      description: 'Stop after so many records.',
      argument: { type: 'Integer', name: 'num_messages' },
    },
    {
      name: 'timeout-ms',
      description: 'Stop when no record has come for so long.',
      argument: { type: 'Long', name: 'timeout_ms' },
    },
    {
      name: 'isolation-level',
      description: 'read_committed leaves records of open and aborted transactions out.',
      argument: { type: 'String', oneOf: ['read_committed', 'read_uncommitted'] },
      default: 'read_uncommitted',
    },
    {
      name: 'skip-message-on-error',
      description: 'Go on when a record cannot be printed.',
    },
    {
      name: 'formatter',
      description: 'What turns a record into text.',
      argument: { type: 'String', name: 'class' },
      default: defaultFormatter,
    },
    {
      name: 'formatter-property',
      description:
        'A setting of the formatter, may be repeated: print.timestamp, print.partition, print.offset, print.epoch, print.headers, print.key, print.value, key.separator, line.separator, headers.separator, null.literal, key.deserializer, value.deserializer, headers.deserializer.',
      argument: { type: 'String', name: 'prop' },
    },
    {
      name: 'property',
      description: 'The old name.',
      argument: { type: 'String', name: 'prop' },
      deprecated: 'formatter-property',
    },
    {
      name: 'formatter-config',
      description: 'File with settings of the formatter.',
      argument: { type: 'String', name: 'config file', completes: 'file' },
    },
    {
      name: 'key-deserializer',
      description: 'What keys are: a class of Kafka’s serialization package.',
      argument: { type: 'String', name: 'deserializer for keys' },
    },
    {
      name: 'value-deserializer',
      description: 'What values are.',
      argument: { type: 'String', name: 'deserializer for values' },
    },
    {
      name: 'enable-systest-events',
      description: 'Print shutdown_complete at the end.',
    },
    {
      name: 'command-property',
      description: 'A setting of the consumer, name=value; may be repeated.',
      argument: { type: 'String', name: 'consumer_prop' },
    },
    {
      name: 'consumer-property',
      description: 'The old name.',
      argument: { type: 'String', name: 'consumer_prop' },
      deprecated: 'command-property',
    },
    ...commandConfigOption('config file', 'consumer'),
    {
      name: 'consumer.config',
      description: 'The old name.',
      argument: { type: 'String', name: 'config file', completes: 'file' },
      deprecated: 'command-config',
    },
    ...helpAndVersion,
    ...ownOptions,
    {
      name: 'output',
      description:
        'How records are printed: plain (what the formatter makes of them), or jsonl: everything that a record holds, one line each.',
      argument: { type: 'String', name: 'form', oneOf: ['plain', 'json', 'jsonl'] },
      ours: true,
    },
    {
      name: 'from',
      description:
        'Begin with records of this time: 2026-11-25T09:00, or how long ago, 15m, 2h30m, 1d. Without a group, and up to what is there now.',
      argument: { type: 'String', name: 'time' },
      ours: true,
    },
    {
      name: 'to',
      description: 'Only records before this time, written as with --from.',
      argument: { type: 'String', name: 'time' },
      ours: true,
    },
    {
      name: 'tail',
      description: 'The last so many records of each partition. Without a group.',
      argument: { type: 'Integer', name: 'records' },
      ours: true,
    },
    {
      name: 'follow',
      description: 'With --from or --tail: go on with what comes.',
      ours: true,
    },
    {
      name: 'grep',
      description: 'Only records whose value or key has a match of this regular expression.',
      argument: { type: 'String', name: 'regex' },
      ours: true,
    },
    {
      name: 'where',
      description:
        'Only records of which this holds: key=a, header.trace!=b, value~^E, $.user.age>=18. May be repeated; all must hold.',
      argument: { type: 'String', name: 'condition' },
      ours: true,
    },
    {
      name: 'sample',
      description: 'Of all these a share, chosen by chance: 0.01, or 1%.',
      argument: { type: 'String', name: 'share' },
      ours: true,
    },
  ],
  examples: [
    {
      does: 'the first five records',
      command: 'console-consumer --topic orders --from-beginning --max-messages 5',
    },
    {
      does: 'keys too',
      command: 'console-consumer --topic orders --formatter-property print.key=true',
    },
    {
      does: 'what went wrong in the last quarter of an hour',
      command: "console-consumer --topic orders --from 15m --where '$.status>=500'",
    },
    {
      does: 'the last ten records of each partition, and what comes',
      command: 'console-consumer --topic orders --tail 10 --follow',
    },
    {
      does: 'everything that the records hold, for a program',
      command: 'console-consumer --topic orders --from-beginning --output jsonl',
    },
  ],
} as const satisfies ToolDeclaration
