import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const leaderElectionDeclaration = {
  name: 'leader-election',
  kafkaName: 'kafka-leader-election',
  summary:
    'This tool attempts to elect a new leader for a set of topic partitions. The type of elections supported are preferred replicas and unclean replicas.',
  options: [
    ...bootstrapOption('host:port'),
    ...commandConfigOption('Config file'),
    {
      name: 'admin.config',
      description: 'File with settings of the admin client.',
      argument: { type: 'String', name: 'config file', completes: 'file' },
      deprecated: 'command-config',
    },
    {
      name: 'election-type',
      description:
        'preferred: the first of the replicas leads. unclean: any replica that lives, even if records are lost by it; only where nobody leads.',
      argument: { type: 'String', name: 'election type', oneOf: ['preferred', 'unclean'] },
    },
    {
      name: 'topic',
      description: 'The topic; --partition says which partition of it.',
      argument: { type: 'String', name: 'topic name', completes: 'topic' },
    },
    {
      name: 'partition',
      description: 'The number of the partition.',
      argument: { type: 'Integer', name: 'partition id' },
    },
    { name: 'all-topic-partitions', description: 'All partitions for which it is possible.' },
    {
      name: 'path-to-json-file',
      description:
        'JSON file with partitions: {"partitions": [{"topic": "orders", "partition": 0}]}.',
      argument: { type: 'String', name: 'Path to JSON file', completes: 'file' },
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'give brokers that were away their partitions back',
      command: 'leader-election --election-type preferred --all-topic-partitions',
    },
  ],
} as const satisfies ToolDeclaration
