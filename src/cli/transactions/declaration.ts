import {
  bootstrapOption,
  commandConfigOption,
  outputOption,
  ownOptions,
  versionOption,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

const topic = {
  name: 'topic',
  description: 'The topic.',
  argument: { type: 'String', name: 'TOPIC', completes: 'topic' },
} as const
const partition = {
  name: 'partition',
  description: 'The partition of the topic.',
  argument: { type: 'Integer', name: 'PARTITION' },
} as const
const brokerId = {
  name: 'broker-id',
  argument: { type: 'Integer', name: 'BROKER_ID' },
} as const

export const transactionsDeclaration = {
  name: 'transactions',
  kafkaName: 'kafka-transactions',
  program: 'kafka-transactions.sh',
  summary:
    'This tool is used to analyze the transactional state of producers in the cluster. It can be used to detect and recover from hanging transactions.',
  options: [
    { ...versionOption, short: 'v' },
    ...bootstrapOption('host:port'),
    ...commandConfigOption('FILE'),
    ...outputOption,
    ...ownOptions,
  ],
  commands: [
    {
      name: 'list',
      summary: 'List transactions.',
      options: [
        {
          name: 'duration-filter',
          description: 'Only those that have been running for longer, in milliseconds.',
          argument: { type: 'Long', name: 'DURATION_FILTER' },
        },
        {
          name: 'transactional-id-pattern',
          description: 'Only those whose id matches, a regular expression of RE2.',
          argument: { type: 'String', name: 'TRANSACTIONAL_ID_PATTERN' },
        },
      ],
    },
    {
      name: 'describe',
      summary: 'Describe the state of an active transactional-id.',
      options: [
        {
          name: 'transactional-id',
          description: 'The transactional id.',
          argument: { type: 'String', name: 'TRANSACTIONAL_ID' },
          required: true,
        },
      ],
    },
    {
      name: 'describe-producers',
      summary: 'Describe the states of active producers for a topic partition.',
      options: [
        { ...brokerId, description: 'As this replica has them, not the leader.' },
        { ...topic, required: true },
        { ...partition, required: true },
      ],
    },
    {
      name: 'abort',
      summary: 'Abort a hanging transaction.',
      options: [
        { ...topic, required: true },
        { ...partition, required: true },
        {
          name: 'start-offset',
          description: 'Where the transaction begins.',
          argument: { type: 'Long', name: 'START_OFFSET' },
        },
        {
          name: 'producer-id',
          description: 'Whose it is, for brokers before 3.0, which tell no offsets.',
          argument: { type: 'Long', name: 'PRODUCER_ID' },
        },
        {
          name: 'producer-epoch',
          description: 'The epoch of that producer.',
          argument: { type: 'Integer', name: 'PRODUCER_EPOCH' },
        },
        {
          name: 'coordinator-epoch',
          description: 'The epoch of its coordinator.',
          argument: { type: 'Integer', name: 'COORDINATOR_EPOCH' },
        },
      ],
    },
    {
      name: 'find-hanging',
      summary: 'Find hanging transactions: those of which no coordinator knows.',
      options: [
        { ...brokerId, description: 'Only in partitions of which this broker has a replica.' },
        {
          name: 'max-transaction-timeout',
          description: 'In minutes: one that is younger may still be ended by its producer (15).',
          argument: { type: 'Integer', name: 'MAX_TRANSACTION_TIMEOUT' },
        },
        topic,
        partition,
      ],
    },
    {
      name: 'forceTerminateTransaction',
      summary: 'Force abort an ongoing transaction on transactionalId.',
      options: [
        {
          name: 'transactionalId',
          description: 'The transactional id.',
          argument: { type: 'String', name: 'TRANSACTIONALID' },
          required: true,
        },
      ],
    },
  ],
  examples: [
    { does: 'all transactional ids and their states', command: 'transactions list' },
    {
      does: 'what does this producer do?',
      command: 'transactions describe --transactional-id payments',
    },
    {
      does: 'what keeps readers of committed records from going on?',
      command: 'transactions find-hanging --topic orders',
    },
  ],
} as const satisfies ToolDeclaration
