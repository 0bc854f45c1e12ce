import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const getOffsetsDeclaration = {
  name: 'get-offsets',
  kafkaName: 'kafka-get-offsets',
  summary: 'An interactive shell for getting topic-partition offsets.',
  options: [
    ...bootstrapOption('HOST1: PORT1,...,HOST3:PORT3'),
    ...commandConfigOption('config file'),
    {
      name: 'topic',
      description:
        'Topics: a regular expression that matches whole names, or several by comma. Without it all topics.',
      argument: { type: 'String', name: 'topic', completes: 'topic' },
    },
    {
      name: 'partitions',
      description: 'Only partitions with these numbers, by comma.',
      argument: { type: 'String', name: 'partition ids' },
    },
    {
      name: 'topic-partitions',
      description:
        'Topics each with its partitions, by comma: orders:1, orders:0-3 (without 3), orders:5-, orders:-3, orders. Instead of --topic and --partitions.',
      argument: {
        type: 'String',
        name: 'topic1:1, topic2:0-3,topic3,topic4:5-,topic5:-3 ',
        completes: 'topic',
      },
    },
    {
      name: 'time',
      description:
        'Which offset: a place that has a name, or that of the first record at or after a time in milliseconds.',
      argument: {
        type: 'String',
        name: '<timestamp> / -1 or latest / -2 or earliest / -3 or max- timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest- pending-upload',
      },
      default: 'latest',
    },
    {
      name: 'exclude-internal-topics',
      description: 'Leave Kafka’s own topics out.',
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    { does: 'where the partitions of a topic end', command: 'get-offsets --topic orders' },
    {
      does: 'where two partitions begin',
      command: 'get-offsets --topic-partitions orders:0-2 --time earliest',
    },
    {
      does: 'the first offsets of a day',
      command: 'get-offsets --topic orders --time 1767225600000',
    },
  ],
} as const satisfies ToolDeclaration
