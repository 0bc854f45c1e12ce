import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const groupsDeclaration = {
  name: 'groups',
  kafkaName: 'kafka-groups',
  summary: 'This tool helps to list groups of all types.',
  options: [
    ...bootstrapOption('server to connect to'),
    ...commandConfigOption('command config property file'),
    { name: 'list', description: 'List the groups.' },
    {
      name: 'group-type',
      description: 'Only groups of this type: classic, consumer, share or streams.',
      argument: {
        type: 'String',
        name: 'type',
        oneOf: ['classic', 'consumer', 'share', 'streams'],
      },
    },
    {
      name: 'protocol',
      description: 'Only groups of this protocol: consumer, connect …',
      argument: { type: 'String', name: 'protocol' },
    },
    { name: 'consumer', description: 'Only groups of consumers, of whatever type.' },
    { name: 'share', description: 'Only share groups.' },
    { name: 'streams', description: 'Only streams groups.' },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    { does: 'what groups there are', command: 'groups --list' },
    { does: 'groups of consumers', command: 'groups --list --consumer' },
  ],
} as const satisfies ToolDeclaration
