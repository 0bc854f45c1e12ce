import { helpAndVersion, outputOption } from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

const stringDecoder = 'org.apache.kafka.tools.api.StringDecoder'

export const dumpLogDeclaration = {
  name: 'dump-log',
  kafkaName: 'kafka-dump-log',
  summary:
    'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.',
  options: [
    {
      name: 'files',
      description: 'The files to show, by comma: segments, indexes, snapshots, checkpoints.',
      argument: { type: 'String', name: 'file1, file2, ...', completes: 'file' },
      required: true,
    },
    { name: 'print-data-log', description: 'Show keys and values. Every decoder implies it.' },
    {
      name: 'deep-iteration',
      description: 'Show records and not batches alone. --print-data-log implies it.',
    },
    {
      name: 'verify-index-only',
      description: 'Compare an index with its log and show only what differs.',
    },
    {
      name: 'index-sanity-check',
      description: 'Check an index only as a broker does when it starts.',
    },
    {
      name: 'max-message-size',
      description: 'Size of the largest batch that an index may point to.',
      argument: { type: 'Integer', name: 'size' },
      default: '5242880',
    },
    {
      name: 'max-bytes',
      description: 'Read only so much of a .log file.',
      argument: { type: 'Integer', name: 'size' },
      default: '2147483647',
    },
    {
      name: 'value-decoder-class',
      description: 'How values become text.',
      argument: { type: 'String', optional: true },
      default: stringDecoder,
    },
    {
      name: 'key-decoder-class',
      description: 'How keys become text.',
      argument: { type: 'String', optional: true },
      default: stringDecoder,
    },
    { name: 'offsets-decoder', description: 'Records are those of __consumer_offsets.' },
    {
      name: 'transaction-log-decoder',
      description: 'Records are those of __transaction_state.',
    },
    {
      name: 'cluster-metadata-decoder',
      description: 'Records are those of the metadata log.',
    },
    {
      name: 'remote-log-metadata-decoder',
      description: 'Records are those of tiered storage, which Jackdaw does not have.',
    },
    {
      name: 'share-group-state-decoder',
      description: 'Records are those of __share_group_state.',
    },
    {
      name: 'skip-record-metadata',
      description: 'Show of a record only key and value, and nothing of control records.',
    },
    ...helpAndVersion,
    ...outputOption,
    { name: 'debug', description: 'Show the stack of an error.', ours: true },
  ],
  examples: [
    {
      does: 'what a segment holds',
      command: 'dump-log --files orders-0/00000000000000000000.log --print-data-log',
    },
    {
      does: 'the metadata of a cluster, for jq',
      command:
        'dump-log --files __cluster_metadata-0/00000000000000000000.log --cluster-metadata-decoder --output json',
    },
  ],
} as const satisfies ToolDeclaration
