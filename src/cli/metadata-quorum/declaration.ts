import {
  bootstrapControllerOption,
  bootstrapOption,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

const dryRun = { name: 'dry-run', description: 'Only show what would be done.' } as const

export const metadataQuorumDeclaration = {
  name: 'metadata-quorum',
  kafkaName: 'kafka-metadata-quorum',
  summary: 'This tool describes kraft metadata quorum status.',
  options: [
    ...bootstrapOption('BOOTSTRAP_SERVER'),
    ...bootstrapControllerOption('BOOTSTRAP_CONTROLLER'),
    {
      name: 'command-config',
      description:
        'File with settings of the admin client; for add-controller, the configuration of the controller.',
      argument: { type: 'String', name: 'COMMAND_CONFIG', completes: 'file' },
    },
    ...outputOption,
    ...ownOptions,
  ],
  alternatives: [{ names: ['bootstrap-server', 'bootstrap-controller'], required: false }],
  commands: [
    {
      name: 'describe',
      summary: 'Describe the metadata quorum info',
      options: [
        { name: 'status', description: 'Who leads and votes, and how far behind the last one is.' },
        { name: 'replication', description: 'How far each controller and broker has come.' },
        {
          name: 'human-readable',
          description: 'With --replication, times as how long ago they were.',
        },
      ],
    },
    {
      name: 'add-controller',
      summary: 'Add a controller to the KRaft controller cluster',
      options: [dryRun],
    },
    {
      name: 'remove-controller',
      summary: 'Remove a controller from the KRaft controller cluster',
      options: [
        {
          name: 'controller-id',
          short: 'i',
          description: 'The id of the controller.',
          argument: { type: 'Integer', name: 'CONTROLLER_ID' },
          required: true,
        },
        {
          name: 'controller-directory-id',
          short: 'd',
          description: 'The id of its metadata directory.',
          argument: { type: 'String', name: 'CONTROLLER_DIRECTORY_ID' },
          required: true,
        },
        dryRun,
      ],
    },
  ],
  examples: [
    { does: 'who leads, who votes', command: 'metadata-quorum describe --status' },
    {
      does: 'how far each has come',
      command: 'metadata-quorum describe --replication --human-readable',
    },
  ],
} as const satisfies ToolDeclaration
