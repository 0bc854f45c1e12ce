import { bootstrapOption, commandConfigOption, ownOptions } from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const verifiableConsumerDeclaration = {
  name: 'verifiable-consumer',
  kafkaName: 'kafka-verifiable-consumer',
  program: 'verifiable-consumer',
  summary:
    'This tool consumes messages from a specific topic and emits consumer events (e.g. group rebalances, received messages, and offsets committed) as JSON objects to STDOUT.',
  options: [
    {
      name: 'topic',
      description: 'The topic to read.',
      argument: { type: 'String', name: 'TOPIC', completes: 'topic' },
      required: true,
    },
    {
      name: 'group-protocol',
      description: 'classic or consumer (KIP-848); classic without it.',
      argument: { type: 'String', name: 'GROUP-PROTOCOL' },
    },
    {
      name: 'group-remote-assignor',
      description: 'How the coordinator assigns; for the protocol consumer alone.',
      argument: { type: 'String', name: 'GROUP-REMOTE-ASSIGNOR' },
    },
    {
      name: 'group-id',
      description: 'The group.',
      argument: { type: 'String', name: 'GROUP-ID', completes: 'group' },
      required: true,
    },
    {
      name: 'group-instance-id',
      description: 'The name of this member, which it keeps over a restart.',
      argument: { type: 'String', name: 'GROUP-INSTANCE-ID' },
    },
    {
      name: 'max-messages',
      description: 'How many records; −1 goes on until the tool is stopped.',
      argument: { type: 'Integer', name: 'MAX-MESSAGES' },
    },
    {
      name: 'session-timeout',
      description:
        'After how long without a sign the group does without this member, in milliseconds (30000); classic groups.',
      argument: { type: 'Integer', name: 'TIMEOUT-MS' },
    },
    { name: 'verbose', description: 'Tell of every record.' },
    {
      name: 'enable-autocommit',
      description: 'Let the consumer commit from time to time, instead of after each batch.',
    },
    {
      name: 'reset-policy',
      description: 'Where to begin without a committed offset: earliest, latest or none.',
      argument: { type: 'String', name: 'RESET-POLICY' },
    },
    {
      name: 'assignment-strategy',
      description: 'How partitions are assigned, as Kafka names the class; classic groups.',
      argument: { type: 'String', name: 'ASSIGNMENT-STRATEGY' },
    },
    {
      name: 'consumer.config',
      description: 'File with settings of the consumer.',
      argument: { type: 'String', name: 'CONFIG-FILE', completes: 'file' },
      deprecated: 'command-config',
    },
    ...commandConfigOption('CONFIG-FILE', 'consumer'),
    ...bootstrapOption('HOST1:PORT1[,HOST2:PORT2[...]]'),
    ...ownOptions,
  ],
  examples: [
    {
      does: 'every record of a topic, and what becomes of the group',
      command: 'verifiable-consumer --topic orders --group-id audit --verbose',
    },
  ],
} as const satisfies ToolDeclaration
