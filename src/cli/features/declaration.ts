import {
  bootstrapControllerOption,
  bootstrapOption,
  commandConfigOption,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

const dryRun = { name: 'dry-run', description: 'Only look whether it could be done.' } as const
const unsafe = {
  name: 'unsafe',
  description: 'Do it even if metadata are lost by it.',
} as const
const metadata = {
  name: 'metadata',
  description: 'The level of metadata.version, by its name.',
  argument: { type: 'String', name: 'METADATA' },
  deprecated: 'release-version',
} as const
const releaseVersion = {
  name: 'release-version',
  description: 'A release of Kafka, 4.3, or a metadata version, 4.3-IV0: the levels that it has.',
  argument: { type: 'String', name: 'RELEASE_VERSION' },
} as const
const leveled = {
  name: 'feature',
  description: 'A feature and its level: group.version=1. May be repeated.',
  argument: { type: 'String', name: 'FEATURE', collects: true },
} as const

export const featuresDeclaration = {
  name: 'features',
  kafkaName: 'kafka-features',
  summary: 'This tool manages feature flags in Kafka.',
  options: [
    ...bootstrapOption('BOOTSTRAP_SERVER'),
    ...bootstrapControllerOption('BOOTSTRAP_CONTROLLER'),
    ...commandConfigOption('COMMAND_CONFIG'),
    ...outputOption,
    ...ownOptions,
  ],
  alternatives: [{ names: ['bootstrap-server', 'bootstrap-controller'], required: false }],
  commands: [
    {
      name: 'describe',
      summary: 'Describes the current active feature flags.',
      options: [
        {
          name: 'node-id',
          description: 'As this node tells it.',
          argument: { type: 'Integer', name: 'NODE_ID' },
        },
      ],
    },
    {
      name: 'upgrade',
      summary: 'Upgrade one or more feature flags.',
      options: [metadata, releaseVersion, leveled, dryRun],
    },
    {
      name: 'downgrade',
      summary: 'Downgrade one or more feature flags.',
      options: [metadata, releaseVersion, leveled, unsafe, dryRun],
    },
    {
      name: 'disable',
      summary:
        'Disable one or more feature flags. This is the same as downgrading the version to zero.',
      options: [
        {
          name: 'feature',
          description: 'The feature. May be repeated.',
          argument: { type: 'String', name: 'FEATURE', collects: true },
        },
        unsafe,
        dryRun,
      ],
    },
    {
      name: 'version-mapping',
      summary: 'Show the levels that a release has; asks no broker.',
      options: [releaseVersion],
    },
    {
      name: 'feature-dependencies',
      summary: 'Show what a level of a feature needs of others; asks no broker.',
      options: [{ ...leveled, required: true }],
    },
  ],
  examples: [
    { does: 'what the cluster has, and could have', command: 'features describe' },
    {
      does: 'would it work?',
      command: 'features upgrade --feature group.version=1 --dry-run',
    },
  ],
} as const satisfies ToolDeclaration
