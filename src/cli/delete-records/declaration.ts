import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const deleteRecordsDeclaration = {
  name: 'delete-records',
  kafkaName: 'kafka-delete-records',
  summary:
    'This tool helps to delete records of the given partitions down to the specified offset.',
  options: [
    ...bootstrapOption('server(s) to use for bootstrapping'),
    {
      name: 'offset-json-file',
      description:
        'JSON file that says below which offset the records go: {"version": 1, "partitions": [{"topic": "orders", "partition": 0, "offset": 100}]}. The offset −1 is the end.',
      argument: { type: 'String', name: 'Offset json file path', completes: 'file' },
    },
    ...commandConfigOption('command config property file path'),
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'forget what a file says',
      command: 'delete-records --offset-json-file offsets.json',
    },
  ],
} as const satisfies ToolDeclaration
