import { bootstrapOption, commandConfigOption, ownOptions } from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const verifiableProducerDeclaration = {
  name: 'verifiable-producer',
  kafkaName: 'kafka-verifiable-producer',
  program: 'verifiable-producer',
  summary:
    'This tool produces increasing integers to the specified topic and prints JSON metadata to stdout on each "send" request, making externally visible which messages have been acked and which have not.',
  options: [
    {
      name: 'topic',
      description: 'The topic to write to.',
      argument: { type: 'String', name: 'TOPIC', completes: 'topic' },
      required: true,
    },
    {
      name: 'max-messages',
      description: 'How many records; −1 goes on until the tool is stopped.',
      argument: { type: 'Integer', name: 'MAX-MESSAGES' },
    },
    {
      name: 'throughput',
      description: 'How many records a second at most; −1 is as many as possible.',
      argument: { type: 'Integer', name: 'THROUGHPUT' },
    },
    {
      name: 'acks',
      description:
        'Who must have a record before it counts: 0 nobody, 1 the leader, −1 all in sync.',
      argument: { type: 'Integer', name: 'ACKS', oneOf: ['0', '1', '-1'] },
    },
    {
      name: 'producer.config',
      description: 'File with settings of the producer.',
      argument: { type: 'String', name: 'CONFIG-FILE', completes: 'file' },
      deprecated: 'command-config',
    },
    {
      name: 'message-create-time',
      description:
        'The timestamp of the first record, in milliseconds since 1970; later ones follow the clock.',
      argument: { type: 'Long', name: 'CREATE-TIME' },
    },
    {
      name: 'value-prefix',
      description: 'A number that stands before each value, with a point between them.',
      argument: { type: 'Integer', name: 'VALUE-PREFIX' },
    },
    {
      name: 'repeating-keys',
      description: 'Keys count from 0 up to this number, which is not reached, and begin again.',
      argument: { type: 'Integer', name: 'REPEATING-KEYS' },
    },
    ...commandConfigOption('CONFIG-FILE', 'producer'),
    ...bootstrapOption('HOST1:PORT1[,HOST2:PORT2[...]]'),
    ...ownOptions,
  ],
  // Kafka's tool has it in a group of its own, which tells otherwise that it is missing.
  alternatives: [{ names: ['bootstrap-server'], required: false }],
  examples: [
    {
      does: 'a hundred numbers, each with its offset',
      command: 'verifiable-producer --topic orders --max-messages 100',
    },
  ],
} as const satisfies ToolDeclaration
