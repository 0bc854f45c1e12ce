import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const logDirsDeclaration = {
  name: 'log-dirs',
  kafkaName: 'kafka-log-dirs',
  summary: 'This tool helps to query log directory usage on the specified brokers.',
  options: [
    ...bootstrapOption('The server (s) to use for bootstrapping'),
    ...commandConfigOption('Admin client property file'),
    { name: 'describe', description: 'Show the log directories and what lies in them.' },
    {
      name: 'topic-list',
      description: 'Only these topics, by comma.',
      argument: { type: 'String', name: 'Topic list', completes: 'topic' },
      default: '',
    },
    {
      name: 'broker-list',
      description: 'Only these brokers, by comma.',
      argument: { type: 'String', name: 'Broker list' },
      default: '',
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    { does: 'what everything takes', command: 'log-dirs --describe --output table' },
    { does: 'what a topic takes', command: 'log-dirs --describe --topic-list orders' },
  ],
} as const satisfies ToolDeclaration
