import { expect, test } from 'vitest'
import { parseCommand, serverMissing } from '../../../src/cli/options/argparse.ts'
import { ArgumentError, likely } from '../../../src/cli/options/argparse-errors.ts'
import { conversionFault } from '../../../src/cli/options/conversions.ts'
import type { ToolDeclaration } from '../../../src/cli/options/declare.ts'
import { justified } from '../../../src/cli/options/justify.ts'

// The lines are those of Apache Kafka 4.3.1.
test.each([
  `kafka-cluster: error: invalid  choice:  'nonsense'  (choose  from 'cluster-
id', 'unregister', 'list-endpoints')`,
  `kafka-cluster:  error:  one  of   the  arguments  --bootstrap-server/-b  --
bootstrap-controller/-C is required`,
  `kafka-cluster: error: argument --bootstrap-controller/-C:  not allowed with
argument --bootstrap-server/-b`,
  `kafka-cluster:  error:   argument   --bootstrap-server/-b:   expected   one
argument`,
  `kafka-cluster: error: ambiguous  option:  --boot  could  match --bootstrap-
controller, --bootstrap-server`,
  `kafka-cluster: error: argument --id/-i:  could  not  convert 'x' to Integer
(For input string: "x")`,
  `kafka-metadata-quorum:  error:   invalid   choice:   'nope'   (choose  from
'describe', 'add-controller', 'remove-controller')`,
  `kafka-metadata-quorum:  error:  argument   --controller-id/-i:   could  not
convert 'x' to Integer (For input string: "x")`,
  `kafka-producer-perf-test: error:  one  of  the  arguments  --record-size --
payload-file --payload-monotonic is required`,
  `kafka-cluster: error: unrecognized  arguments: 'stray /some/long/path/to/a.
file.properties --bootstrap-server 127.0.0.1:12345 and.more:words'`,
  `kafka-cluster: error:  unrecognized  arguments:  'cluster-id  -b 127.0.0.1:
12345'`,
])('a message is broken and filled as by argparse4j: %s', (text) => {
  const flat = text
    .replaceAll(/([-.:])\n/g, '$1')
    .replaceAll('\n', ' ')
    .replaceAll(/ +/g, ' ')
  expect(justified(flat)).toBe(text)
})

test('the address that is missing is told as each of Kafka’s tools declares it', () => {
  const server = { name: 'bootstrap-server', description: '', argument: { type: 'String' } }
  const alone = { ...tool, commands: [], options: [server] } as ToolDeclaration
  const grouped = { ...alone, alternatives: [{ names: ['bootstrap-server'], required: false }] }
  expect(serverMissing(alone, null).fault).toBe('argument --bootstrap-server is required')
  expect(serverMissing(grouped, null).fault).toBe(
    'one of the arguments --bootstrap-server is required',
  )
})

test.each([
  ['', 'Double', 'empty String'],
  ['1e', 'Double', 'For input string: "1e"'],
  ['', 'Long', 'For input string: ""'],
] as const)('%o is no %s, and why: %s', (text, type, why) => {
  expect(conversionFault(text, type)).toBe(`could not convert '${text}' to ${type} (${why})`)
})

test.each([
  ['nope', ['help', 'config', 'command-config', 'bootstrap-server'], ['config', 'help']],
  ['nope', ['help', 'command-config', 'bootstrap-server'], ['help']],
  ['confg', ['help', 'config', 'command-config'], ['config']],
  ['zz', ['help', 'topic', 'num-records'], ['help']],
  ['zzzzzzzzz', ['help', 'config', 'command-config'], []],
  ['version', ['help', 'topic', 'record-size', 'print-metrics'], []],
  ['tpoic', ['help', 'topic'], ['topic']],
  ['describ', ['describe', 'describe-producers'], ['describe', 'describe-producers']],
])('for --%s of %s is meant %s', (written, known, meant) => {
  expect(likely(written, known)).toEqual(meant)
})

const tool = {
  name: 'try',
  kafkaName: 'kafka-try',
  summary: '',
  options: [{ name: 'where', description: '', argument: { type: 'String' } }],
  commands: [
    {
      name: 'go',
      summary: '',
      options: [
        { name: 'id', short: 'i', description: '', argument: { type: 'Integer' }, required: true },
        { name: 'quick', description: '' },
        { name: 'quiet', description: '' },
        { name: 'pairs', description: '', argument: { type: 'String', many: true } },
      ],
      alternatives: [{ names: ['quick', 'quiet'], required: false }],
    },
  ],
  examples: [],
} as const satisfies ToolDeclaration

test.each([
  { line: 'go --id 5', given: { id: ['5'] } },
  { line: 'go --id=5', given: { id: ['5'] } },
  { line: 'go -i 5', given: { id: ['5'] } },
  { line: 'go -i5', given: { id: ['5'] } },
  { line: 'go -i -5', given: { id: ['-5'] } },
  { line: '--where x go --id 5', given: { where: ['x'], id: ['5'] } },
  { line: 'go --i 5 --pairs a=1 b=2 --quick', given: { id: ['5'], pairs: ['a=1', 'b=2'] } },
  { line: 'go --pa a=1 -i 5', given: { id: ['5'], pairs: ['a=1'] } },
])('$line', ({ line, given }) => {
  const { command, options } = parseCommand(line.split(' '), tool)
  expect(command).toBe('go')
  for (const [name, values] of Object.entries(given)) expect(options.all(name)).toEqual(values)
})

test.each([
  ['', 'too few arguments'],
  ['come', "invalid choice: 'come' (choose from 'go')"],
  ['go', 'argument --id/-i is required'],
  ['go --id', 'argument --id/-i: expected one argument'],
  ['go --id x', `argument --id/-i: could not convert 'x' to Integer (For input string: "x")`],
  ['go --id 5 more', "unrecognized arguments: 'more'"],
  ['go --id 5 --qui', 'ambiguous option: --qui could match --quick, --quiet'],
  ['go --id 5 --quick --quiet', 'argument --quiet: not allowed with argument --quick'],
  ['go --where x --id 5', "unrecognized arguments: '--where'"],
  ['--id 5 go', "unrecognized arguments: '--id'"],
])('"%s" is refused: %s', (line, fault) => {
  const words = line.split(' ').filter((word) => word !== '')
  expect(() => parseCommand(words, tool)).toThrow(ArgumentError)
  expect(() => parseCommand(words, tool)).toThrow(fault)
})
