import {
  bootstrapOption,
  commandConfigOption,
  helpAndVersion,
  outputOption,
  ownOptions,
} from '../options/common.ts'
import type { ToolDeclaration } from '../options/declare.ts'

export const brokerApiVersionsDeclaration = {
  name: 'broker-api-versions',
  kafkaName: 'kafka-broker-api-versions',
  summary: 'This tool helps to retrieve broker version information.',
  options: [
    ...bootstrapOption('server(s) to use for bootstrapping'),
    ...commandConfigOption('command config property file'),
    ...helpAndVersion,
    ...outputOption,
    ...ownOptions,
  ],
  examples: [
    {
      does: 'what some broker speaks',
      command: 'broker-api-versions --bootstrap-server host:9092',
    },
  ],
} as const satisfies ToolDeclaration
