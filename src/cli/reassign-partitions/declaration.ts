import { commandConfigOption, helpAndVersion, outputOption, ownOptions } from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const reassignPartitionsDeclaration = {
  name: 'reassign-partitions',
  kafkaName: 'kafka-reassign-partitions',
  summary: 'This tool helps to move topic partitions between replicas.',
  options: [
    {
      name: 'bootstrap-server',
      description: 'Addresses of brokers, host:port or the path of a unix socket, by comma.',
      argument: { type: 'String', name: 'Server(s) to use for bootstrapping', optional: true },
    },
    {
      name: 'bootstrap-controller',
      description: 'Addresses of controllers, for --cancel and --list.',
      argument: { type: 'String', name: 'bootstrap controller to connect to', optional: true },
    },
    ...commandConfigOption('Admin client property file'),
    {
      name: 'generate',
      description:
        'Propose replicas for topics; nothing is moved. Each proposal is another one: keep the plan that it prints.',
    },
    { name: 'execute', description: 'Begin to move replicas, as the file says.' },
    {
      name: 'verify',
      description: 'Tell how far it has come; when all is done, remove the throttles.',
    },
    { name: 'cancel', description: 'Stop what is going on, and go back.' },
    { name: 'list', description: 'List what is going on.' },
    {
      name: 'reassignment-json-file',
      description:
        'JSON file with the replicas: {"version": 1, "partitions": [{"topic": "orders", "partition": 0, "replicas": [1, 2]}]}.',
      argument: { type: 'String', name: 'manual assignment json file path', completes: 'file' },
    },
    {
      name: 'topics-to-move-json-file',
      description: 'JSON file with topics: {"version": 1, "topics": [{"topic": "orders"}]}.',
      argument: { type: 'String', name: 'topics to reassign json file path', completes: 'file' },
    },
    {
      name: 'broker-list',
      description: 'The brokers that may get replicas, by comma.',
      argument: { type: 'String', name: 'brokerlist' },
    },
    { name: 'disable-rack-aware', description: 'Do not care for racks.' },
    {
      name: 'throttle',
      description: 'How many bytes a second may go from broker to broker for it.',
      argument: { type: 'Long', name: 'throttle' },
      default: '-1',
    },
    {
      name: 'replica-alter-log-dirs-throttle',
      description: 'How many bytes a second may go from directory to directory for it.',
      argument: { type: 'Long', name: 'replicaAlterLogDirsThrottle' },
      default: '-1',
    },
    {
      name: 'timeout',
      description: 'How long moves between directories may take to begin, in milliseconds.',
      argument: { type: 'Long', name: 'timeout' },
      default: '10000',
    },
    { name: 'additional', description: 'Do it although something else is going on.' },
    { name: 'preserve-throttles', description: 'Leave the throttles as they are.' },
    {
      name: 'disallow-replication-factor-change',
      description: 'Refuse what would change how many replicas a partition has.',
    },
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'a proposal',
      command:
        'reassign-partitions --generate --topics-to-move-json-file topics.json --broker-list 1,2',
    },
    {
      does: 'do it, and see how far it is',
      command: 'reassign-partitions --execute --reassignment-json-file plan.json',
    },
    { does: 'what is going on', command: 'reassign-partitions --list' },
  ],
} as const satisfies ToolDeclaration
