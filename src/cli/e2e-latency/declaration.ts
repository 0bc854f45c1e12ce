import { bootstrapOption, helpAndVersion, outputOption, ownOptions } from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const endToEndLatencyDeclaration = {
  name: 'e2e-latency',
  kafkaName: 'kafka-e2e-latency',
  summary:
    'This tool measures end-to-end latency in Kafka by sending messages and timing their reception.',
  options: [
    ...bootstrapOption('bootstrap-server'),
    {
      name: 'topic',
      description: 'The topic to write and to read; it is made if it is not there.',
      argument: { type: 'String', name: 'topic-name', completes: 'topic' },
    },
    {
      name: 'num-records',
      description: 'How many records, one after the other.',
      argument: { type: 'Integer', name: 'count' },
    },
    {
      name: 'producer-acks',
      description: 'Who must have a record before it counts: 1 the leader, all those in sync.',
      argument: { type: 'String', name: 'producer-acks', oneOf: ['1', 'all'] },
    },
    {
      name: 'record-size',
      description: 'The size of each value in bytes.',
      argument: { type: 'Integer', name: 'bytes' },
    },
    {
      name: 'record-key-size',
      description: 'The size of each key in bytes; 0 is no key.',
      argument: { type: 'Integer', name: 'bytes', optional: true },
      default: '0',
    },
    {
      name: 'num-headers',
      description: 'How many headers each record has.',
      argument: { type: 'Integer', name: 'count', optional: true },
      default: '0',
    },
    {
      name: 'record-header-key-size',
      description: 'The size of the name of each header in bytes.',
      argument: { type: 'Integer', name: 'bytes', optional: true },
      default: '0',
    },
    {
      name: 'record-header-size',
      description: 'The size of the value of each header in bytes; −1 is null.',
      argument: { type: 'Integer', name: 'bytes', optional: true },
      default: '0',
    },
    {
      name: 'command-config',
      description: 'File with settings of the clients.',
      argument: { type: 'String', name: 'config-file', optional: true, completes: 'file' },
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'how long a record takes from hand to hand',
      command:
        'e2e-latency --topic latency --num-records 1000 --producer-acks all --record-size 100',
    },
  ],
} as const satisfies ToolDeclaration
