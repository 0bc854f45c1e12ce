import { outputOption, ownOptions } from '../options/common.ts'
import type { Alternatives, Declarations, ToolDeclaration } from '../options/declare.ts'

const connection = [
  {
    name: 'bootstrap-server',
    short: 'b',
    description: 'Addresses of brokers, host:port or the path of a unix socket, by comma.',
    argument: { type: 'String', name: 'BOOTSTRAP_SERVER' },
  },
  {
    name: 'bootstrap-controller',
    short: 'C',
    description: 'Addresses of controllers, instead of brokers.',
    argument: { type: 'String', name: 'BOOTSTRAP_CONTROLLER' },
  },
  {
    name: 'config',
    description: 'File with settings of the admin client.',
    argument: { type: 'String', name: 'CONFIG', completes: 'file' },
    deprecated: 'command-config',
  },
  {
    name: 'command-config',
    short: 'c',
    description: 'File with settings of the admin client.',
    argument: { type: 'String', name: 'COMMAND_CONFIG', completes: 'file' },
  },
] as const satisfies Declarations

const alternatives: readonly Alternatives[] = [
  { names: ['bootstrap-server', 'bootstrap-controller'], required: false },
]

export const clusterDeclaration = {
  name: 'cluster',
  kafkaName: 'kafka-cluster',
  summary: 'The Kafka cluster tool.',
  options: [...outputOption, ...ownOptions],
  commands: [
    {
      name: 'cluster-id',
      summary: 'Get information about the ID of a cluster.',
      options: connection,
      alternatives,
    },
    {
      name: 'unregister',
      summary: 'Unregister a broker.',
      options: [
        ...connection,
        {
          name: 'id',
          short: 'i',
          description: 'The broker that will not come back.',
          argument: { type: 'Integer', name: 'ID' },
          required: true,
        },
      ],
      alternatives,
    },
    {
      name: 'list-endpoints',
      summary: 'List endpoints',
      options: [
        ...connection,
        { name: 'include-fenced-brokers', description: 'Show brokers that are fenced, too.' },
      ],
      alternatives,
    },
  ],
  examples: [
    { does: 'which cluster this is', command: 'cluster cluster-id' },
    { does: 'who belongs to it', command: 'cluster list-endpoints --include-fenced-brokers' },
  ],
} as const satisfies ToolDeclaration
