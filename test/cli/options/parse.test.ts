import { expect, test } from 'vitest'
import { JavaError, javaText } from '../../../src/cli/java/errors.ts'
import type { Declarations } from '../../../src/cli/options/declare.ts'
import { parse } from '../../../src/cli/options/parse.ts'

const declarations: Declarations = [
  { name: 'topic', description: '', argument: { type: 'String' } },
  { name: 'partitions', description: '', argument: { type: 'Integer' }, default: '5' },
  { name: 'shift-by', description: '', argument: { type: 'Long' } },
  { name: 'producer.config', description: '', argument: { type: 'String' } },
  { name: 'list', description: '' },
  { name: 'no-start', description: '' },
  { name: 'help', description: '' },
  {
    name: 'state',
    description: '',
    argument: { type: 'String', optional: true },
    availableIf: ['list'],
  },
  { name: 'size', description: '', argument: { type: 'Integer', optional: true } },
  { name: 'members', description: '', availableIf: ['list'] },
  { name: 'verbose', description: '', availableIf: ['list'] },
]

// What jopt-simple 5.0.4, the parser of Kafka's tools, made of the same words.
test.each([
  { argv: ['--topic', 'a'], topic: ['a'], why: 'the next word' },
  { argv: ['--topic=a=b'], topic: ['a=b'], why: 'only the first = counts' },
  { argv: ['--topic=', 'foo'], topic: [''], why: 'an empty value is a value' },
  { argv: ['--topic', ''], topic: [''], why: 'an empty word too' },
  { argv: ['-topic', 'a'], topic: ['a'], why: 'one dash does' },
  { argv: ['-topic=a'], topic: ['a'], why: 'one dash and =' },
  { argv: ['--topic', '--list'], topic: ['--list'], why: 'a required argument takes anything' },
  { argv: ['--topic', '--'], topic: ['--'], why: 'even what ends the options' },
  { argv: ['--topic', 'a', '--topic', 'b'], topic: ['a', 'b'], why: 'options may repeat' },
  { argv: ['stray', '--topic', 'a', 'b'], topic: ['a'], why: 'stray words are ignored' },
  { argv: ['--', '--topic', 'a'], topic: [], why: 'nothing is an option behind --' },
  { argv: ['-', '--topic', 'a'], topic: ['a'], why: 'a lone dash is a stray word' },
  { argv: ['--list=foo', '--topic', 'q'], topic: ['q'], why: 'the value of a flag is dropped' },
  { argv: ['--topic', 'line\nbreak'], topic: ['line\nbreak'], why: 'whatever the characters' },
])('$argv: $why', ({ argv, topic }) => {
  expect(parse(argv, declarations).all('topic')).toEqual(topic)
})

test.each([
  { argv: ['--list', '--state'], state: [], why: 'it may stand alone' },
  { argv: ['--list', '--state', 'x'], state: ['x'], why: 'or take the next word' },
  { argv: ['--list', '--state', ''], state: [''], why: 'an empty one too' },
  { argv: ['--list', '--state', '-'], state: ['-'], why: 'a lone dash is no option' },
  { argv: ['--state', '--list'], state: [], why: 'but not another option' },
  { argv: ['--list', '--state', '--'], state: [], why: 'nor what ends the options' },
])('optional argument, $argv: $why', ({ argv, state }) => {
  const options = parse(argv, declarations)
  expect(options.has('state')).toBe(true)
  expect(options.all('state')).toEqual(state)
})

test.each([
  { argv: ['--size', '-1'], size: ['-1'], why: 'a negative number is no option' },
  { argv: ['--size', '7'], size: ['7'], why: 'a number' },
  { argv: ['--size', 'x'], size: [], why: 'what is no number is a stray word' },
  { argv: ['--size', '--list'], size: [], why: 'another option' },
])('optional number, $argv: $why', ({ argv, size }) => {
  expect(parse(argv, declarations).all('size')).toEqual(size)
})

test.each([
  ['--nope', 'UnrecognizedOptionException: nope is not a recognized option'],
  ['--nope=3', 'UnrecognizedOptionException: nope is not a recognized option'],
  ['--top a', 'UnrecognizedOptionException: top is not a recognized option'],
  ['-nope', 'UnrecognizedOptionException: n is not a recognized option'],
  ['-lxist', 'UnrecognizedOptionException: l is not a recognized option'],
  ['---topic a', 'UnrecognizedOptionException: -topic is not a recognized option'],
  ['--=x', 'UnrecognizedOptionException:  is not a recognized option'],
  ['--nope --topic', 'UnrecognizedOptionException: nope is not a recognized option'],
  ['--help --nope', 'UnrecognizedOptionException: nope is not a recognized option'],
  ['--topic', 'OptionMissingRequiredArgumentException: Option topic requires an argument'],
  [
    '--producer.config',
    'OptionMissingRequiredArgumentException: Option producer.config requires an argument',
  ],
  [
    '--verbose --members',
    'UnavailableOptionException: Option(s) [members, verbose] are unavailable given other options on the command line',
  ],
  [
    '--state --members',
    'UnavailableOptionException: Option(s) [members, state] are unavailable given other options on the command line',
  ],
])('%s is refused', (line, text) => {
  expect(faultOf(() => parse(line.split(' '), declarations))).toBe(`joptsimple.${text}`)
})

test('asking for help lifts what an option depends on', () => {
  expect(parse(['--members', '--help'], declarations).has('help')).toBe(true)
})

test.each([
  { text: '3', value: 3 },
  { text: '+3', value: 3 },
  { text: '-3', value: -3 },
  { text: '2147483647', value: 2147483647 },
])('an integer: $text', ({ text, value }) => {
  expect(parse(['--partitions', text], declarations).integer('partitions')).toBe(value)
})

test.each(['three', '1.5', '', ' 5', '2147483648', '0x10'])('no integer: %j', (text) => {
  const options = parse(['--partitions', text], declarations)
  expect(faultOf(() => options.integer('partitions'))).toBe(
    `joptsimple.OptionArgumentConversionException: Cannot parse argument '${text}' of option partitions`,
  )
})

test('a long is a bigint, and may be negative', () => {
  expect(parse(['--shift-by', '-9223372036854775808'], declarations).long('shift-by')).toBe(
    -9223372036854775808n,
  )
})

test('a default counts where nothing is given', () => {
  const options = parse([], declarations)
  expect(options.integer('partitions')).toBe(5)
  expect(options.has('partitions')).toBe(false)
})

test('a single value is demanded where it is read', () => {
  const options = parse(['--topic', 'a', '--topic', 'b'], declarations)
  expect(faultOf(() => options.text('topic'))).toBe(
    'joptsimple.MultipleArgumentsForOptionException: Found multiple arguments for option topic, but you asked for only one',
  )
})

test('a name that begins with no- is a flag like any other', () => {
  expect(parse(['--no-start'], declarations).has('no-start')).toBe(true)
  expect(parse([], declarations).has('no-start')).toBe(false)
})

function faultOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof JavaError) return javaText(error)
    throw error
  }
  throw new Error('it was not refused')
}
