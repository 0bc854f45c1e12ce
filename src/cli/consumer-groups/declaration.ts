import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { Declarations, ToolDeclaration } from '../options/declare.ts'

const lagOptions = [
  {
    name: 'watch',
    description: 'Describe lag again and again, with rates and the time to drain, until Ctrl-C.',
    availableIf: ['describe'],
    ours: true,
  },
  {
    name: 'interval',
    description: 'How often --watch and --until-lag look: 500ms, 2s, 1m.',
    argument: { type: 'String', name: 'duration' },
    default: '1s',
    availableIf: ['watch', 'until-lag'],
    ours: true,
  },
  {
    name: 'top',
    description: 'How many partitions --watch shows, those with the most lag first.',
    argument: { type: 'Integer', name: 'count' },
    default: '20',
    availableIf: ['watch'],
    ours: true,
  },
  {
    name: 'until-lag',
    description:
      'Wait until the total lag of every group is this or less: exit code 0, or 1 when --timeout is over.',
    argument: { type: 'Long', name: 'records' },
    availableIf: ['describe'],
    ours: true,
  },
  {
    name: 'max-lag',
    description: 'Exit code 1 if a group has more lag than this, summed over its partitions.',
    argument: { type: 'Long', name: 'records' },
    availableIf: ['describe'],
    ours: true,
  },
  {
    name: 'max-time-lag',
    description: 'Exit code 1 if the oldest unread record of a group is older: 500ms, 30s, 5m, 2h.',
    argument: { type: 'String', name: 'duration' },
    availableIf: ['describe'],
    ours: true,
  },
  {
    name: 'since',
    description:
      'With --describe: lag as it was, as far back as this (5m, 1h). With --history: what happened since then. Jackdaw’s brokers remember about an hour.',
    argument: { type: 'String', name: 'duration' },
    availableIf: ['describe', 'history'],
    ours: true,
  },
  {
    name: 'history',
    description:
      'What happened to the group: who joined, left, timed out or was fenced, and when and why partitions moved. Of Jackdaw’s brokers.',
    ours: true,
  },
  {
    name: 'wait',
    description: 'With --reset-offsets: wait until the group’s members have left.',
    availableIf: ['reset-offsets'],
    ours: true,
  },
] as const satisfies Declarations

const listOrDescribe = ['list', 'describe'] as const

export const consumerGroupsDeclaration = {
  name: 'consumer-groups',
  kafkaName: 'kafka-consumer-groups',
  summary:
    'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.',
  options: [
    ...bootstrapOption('server to connect to'),
    ...commandConfigOption('command config property file'),
    { name: 'list', description: 'List the groups.' },
    {
      name: 'describe',
      description: 'Show where groups stand: offsets and lag, members, or state.',
    },
    { name: 'delete', description: 'Delete groups that have no members, with their offsets.' },
    { name: 'delete-offsets', description: 'Delete the offsets of a group for some topics.' },
    {
      name: 'reset-offsets',
      description:
        'Set where a group without members goes on. Say which partitions (--topic, --all-topics) and where to (--to-…, --shift-by, --by-duration, --from-file); it is only shown until --execute is given.',
    },
    {
      name: 'validate-regex',
      description: 'Say whether a regular expression is valid in RE2 syntax; asks no broker.',
      argument: { type: 'String', name: 'regex' },
    },
    {
      name: 'group',
      description: 'The group; may be repeated.',
      argument: { type: 'String', name: 'consumer group', completes: 'group' },
    },
    { name: 'all-groups', description: 'All groups that there are.' },
    {
      name: 'topic',
      description: 'A topic, or some of its partitions: orders:0,2. May be repeated.',
      argument: { type: 'String', name: 'topic', completes: 'topic' },
    },
    { name: 'all-topics', description: 'All partitions for which the group has offsets.' },
    {
      name: 'offsets',
      description: 'Describe offsets and lag, which is also what comes without it.',
      availableIf: ['describe'],
    },
    { name: 'members', description: 'Describe the members.', availableIf: ['describe'] },
    {
      name: 'state',
      description:
        'Describe the state; with --list show it, or list only groups in these states (by comma).',
      argument: { type: 'String', optional: true },
      availableIf: listOrDescribe,
    },
    {
      name: 'type',
      description: 'With --list show the type, or list only groups of these types (by comma).',
      argument: { type: 'String', optional: true },
      availableIf: ['list'],
    },
    { name: 'verbose', description: 'Describe in more columns.', availableIf: ['describe'] },
    {
      name: 'timeout',
      description: 'How long to wait for an answer, in milliseconds.',
      argument: { type: 'Long', name: 'timeout (ms)' },
      default: '30000',
    },
    { name: 'dry-run', description: 'Only show what --reset-offsets would do.' },
    { name: 'execute', description: 'Do what --reset-offsets says.' },
    { name: 'export', description: 'Print the plan as CSV, which --from-file reads.' },
    {
      name: 'to-offset',
      description: 'Go to this offset.',
      argument: { type: 'Long', name: 'offset' },
    },
    {
      name: 'to-datetime',
      description: 'Go to the first record at or after this time: YYYY-MM-DDThh:mm:ss.sss.',
      argument: { type: 'String', name: 'datetime' },
    },
    {
      name: 'by-duration',
      description: 'Go back by a duration: PnDTnHnMnS.',
      argument: { type: 'String', name: 'duration' },
    },
    { name: 'to-earliest', description: 'Go to the first record that is still there.' },
    { name: 'to-latest', description: 'Go behind the last record.' },
    { name: 'to-current', description: 'Stay where the group is.' },
    {
      name: 'shift-by',
      description: 'Go forward by so many offsets, or back if it is negative.',
      argument: { type: 'Long', name: 'number-of-offsets' },
    },
    {
      name: 'from-file',
      description: 'Go where this CSV file says.',
      argument: { type: 'String', name: 'path to CSV file', completes: 'file' },
    },
    ...helpAndVersion,
    {
      ...outputOption[0],
      description:
        'How data is printed: table, plain (Kafka’s own text), json, or with --describe prometheus (OpenMetrics).',
      argument: {
        type: 'String',
        name: 'form',
        oneOf: ['table', 'plain', 'json', 'prometheus'],
      },
    },
    ...lagOptions,
    ...ownOptions,
  ],
  examples: [
    { does: 'lag of a group', command: 'consumer-groups --describe --group billing' },
    {
      does: 'read a topic again from the start',
      command:
        'consumer-groups --reset-offsets --group billing --topic orders --to-earliest --execute',
    },
    { does: 'lag as it changes', command: 'consumer-groups --describe --group billing --watch' },
    {
      does: 'wait until all is read, in a script',
      command: 'consumer-groups --describe --group billing --until-lag 0 --timeout 60000',
    },
    {
      does: 'why partitions moved in the last hour',
      command: 'consumer-groups --history --group billing --since 1h',
    },
    { does: 'groups that nobody reads for', command: 'consumer-groups --list --state empty' },
  ],
} as const satisfies ToolDeclaration
