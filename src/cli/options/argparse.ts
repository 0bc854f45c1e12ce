/**
 * Reads a command line with the habits of argparse4j, the parser of those of Kafka's tools that have commands: options of
 * the tool stand before the command, those of the command behind it; names may be shortened while they stay unambiguous;
 * values are converted, and what is missing is told, while reading.
 */

import { ArgumentError, usageOf } from './argparse-errors.ts'
import { conversionFault } from './conversions.ts'
import type {
  Alternatives,
  CommandDeclaration,
  OptionDeclaration,
  ToolDeclaration,
} from './declare.ts'
import { looksLikeOption } from './normalize.ts'
import { type Occurrence, Options } from './options.ts'

export type Parsed = { readonly command: string | null; readonly options: Options }

/** A tool or one of its commands: what may stand in one stretch of the command line. */
type Scope = {
  readonly options: readonly OptionDeclaration[]
  readonly alternatives: readonly Alternatives[]
  readonly fail: (message: string, unknown?: string) => ArgumentError
}

const help: OptionDeclaration = { name: 'help', short: 'h', description: 'Show this help.' }

export function parseCommand(argv: readonly string[], tool: ToolDeclaration): Parsed {
  const order: Occurrence[] = []
  const outer = scopeOf(tool, null)
  let index = readOptions(argv, 0, outer, order)
  let command: CommandDeclaration | undefined
  if (tool.commands !== undefined && !asksForText(order)) {
    const word = argv[index]
    if (word === undefined) throw outer.fail('too few arguments')
    if (argv[index - 1] === '--') throw outer.fail(unrecognized(argv, index))
    command = commandNamed(word, tool, outer)
    const inner = scopeOf(tool, command)
    index = readOptions(argv, index + 1, inner, order)
    if (index < argv.length) throw inner.fail(unrecognized(argv, index))
    if (!asksForText(order)) ensureComplete(order, inner)
  }
  if (index < argv.length) throw outer.fail(unrecognized(argv, index))
  if (!asksForText(order)) ensureComplete(order, outer)
  const given = new Map<string, string[]>()
  for (const { name, value } of order) {
    const values = given.get(name) ?? []
    given.set(name, value === undefined ? values : [...values, value])
  }
  const declared = [...tool.options, ...(command?.options ?? [])]
  return { command: command?.name ?? null, options: new Options(given, declared, order) }
}

function scopeOf(tool: ToolDeclaration, command: CommandDeclaration | null): Scope {
  const { options, alternatives = [] } = command ?? tool
  // What is Jackdaw's own may stand on either side of the command.
  const ours = command === null ? [] : tool.options.filter((each) => each.ours)
  const all = [help, ...options.filter(({ name }) => name !== 'help'), ...ours]
  return {
    options: all,
    alternatives,
    fail: (message, unknown = '') =>
      new ArgumentError(message, {
        tool,
        usage: usageOf(tool, command),
        // A single letter is near to everything.
        ...(unknown.length < 2
          ? {}
          : { unknown, known: all.filter(({ ours }) => !ours).map(({ name }) => name) }),
      }),
  }
}

/** Who asks for a text gets that, whatever else stands there or is missing. */
const isText = (name: string): boolean => name === 'help' || name === 'version'
const asksForText = (order: readonly Occurrence[]) => order.some(({ name }) => isText(name))

const unrecognized = (argv: readonly string[], from: number) =>
  `unrecognized arguments: '${argv.slice(from).join(' ')}'`

/** Reads options up to a word that is none, or up to the two dashes after which there are no more; gives the place of what follows. */
function readOptions(
  argv: readonly string[],
  from: number,
  scope: Scope,
  order: Occurrence[],
): number {
  let index = from
  for (; index < argv.length; index++) {
    const word = argv[index]!
    if (word === '--') return index + 1
    if (!looksLikeOption(word)) return index
    const { option, value } = recognized(word, scope)
    ensureAlone(option, scope, order)
    if (option.argument === undefined) {
      if (value !== undefined) {
        throw scope.fail(`argument ${namesOf(option)}: ignored explicit argument '${value}'`)
      }
      order.push({ name: option.name })
      if (isText(option.name)) return argv.length
      continue
    }
    const values = value === undefined ? valuesBehind(argv, index, option) : [value]
    if (values.length === 0) throw scope.fail(`argument ${namesOf(option)}: ${expected(option)}`)
    if (value === undefined) index += values.length
    // The last one counts, unless it collects what is given.
    const earlier = order.findIndex(({ name }) => name === option.name)
    if (earlier >= 0 && !option.argument.many && !option.argument.collects) order.splice(earlier, 1)
    for (const each of values)
      order.push({ name: option.name, value: converted(each, option, scope) })
  }
  return index
}

const expected = ({ argument }: OptionDeclaration) =>
  argument?.many ? 'expected at least one argument' : 'expected one argument'

function valuesBehind(
  argv: readonly string[],
  index: number,
  { argument }: OptionDeclaration,
): readonly string[] {
  const rest = argv.slice(index + 1)
  const isValue = (word: string) => !looksLikeOption(word) || /^-\d+(\.\d+)?$/.test(word)
  const end = rest.findIndex((word) => !isValue(word))
  return rest.slice(0, argument?.many ? (end < 0 ? rest.length : end) : end === 0 ? 0 : 1)
}

function recognized(
  word: string,
  scope: Scope,
): { option: OptionDeclaration; value: string | undefined } {
  const [, dashes = '', body = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word)!
  if (dashes === '-') return shortOption(word, scope)
  const exact = scope.options.find(({ name }) => name === body)
  if (exact !== undefined) return { option: exact, value }
  const similar = scope.options.filter(({ name }) => name.startsWith(body))
  if (similar.length === 1) return { option: similar[0]!, value }
  if (similar.length === 0) throw scope.fail(`unrecognized arguments: '${word}'`, body)
  const names = similar.map(({ name }) => `--${name}`).sort()
  throw scope.fail(`ambiguous option: ${word} could match ${names.join(', ')}`)
}

/** `-i 5` and `-i5`. */
function shortOption(word: string, scope: Scope) {
  const option = scope.options.find(({ short }) => short === word[1])
  if (option === undefined) {
    throw scope.fail(`unrecognized arguments: '${word}'`, word.slice(1).split('=')[0])
  }
  const rest = word.slice(2)
  return { option, value: rest === '' ? undefined : rest.replace(/^=/, '') }
}

function ensureAlone(option: OptionDeclaration, scope: Scope, order: readonly Occurrence[]): void {
  const group = scope.alternatives.find(({ names }) => names.includes(option.name))
  const other = group?.names.find(
    (name) => name !== option.name && order.some((each) => each.name === name),
  )
  if (other === undefined) return
  const rival = scope.options.find(({ name }) => name === other)!
  throw scope.fail(`argument ${namesOf(option)}: not allowed with argument ${namesOf(rival)}`)
}

function converted(text: string, option: OptionDeclaration, scope: Scope): string {
  const { type, oneOf } = option.argument!
  const fault = conversionFault(text, type)
  if (fault !== null) throw scope.fail(`argument ${namesOf(option)}: ${fault}`)
  if (oneOf !== undefined && !oneOf.includes(text) && !option.ours) {
    throw scope.fail(
      `argument ${namesOf(option)}: invalid choice: '${text}' (choose from {${oneOf.join(',')}})`,
    )
  }
  return text
}

function ensureComplete(order: readonly Occurrence[], scope: Scope): void {
  const has = (name: string) => order.some((each) => each.name === name)
  const missing = scope.options.filter(({ name, required }) => required && !has(name)).at(-1)
  if (missing !== undefined) throw scope.fail(`argument ${namesOf(missing)} is required`)
  for (const { names, required } of scope.alternatives) {
    if (!required || names.some(has)) continue
    throw scope.fail(oneOfThem(names, scope.options))
  }
}

function oneOfThem(names: readonly string[], options: readonly OptionDeclaration[]): string {
  const shown = names.map((name) => namesOf(options.find((each) => each.name === name)!))
  return `one of the arguments ${shown.join(' ')} is required`
}

/** What a tool finds out itself, told as the parser tells its own findings. */
export function fault(tool: ToolDeclaration, message: string): ArgumentError {
  return scopeOf(tool, null).fail(message)
}

/** For an address that only a local cluster could have stood for. */
export function serverMissing(tool: ToolDeclaration, commandName: string | null): ArgumentError {
  const command = tool.commands?.find(({ name }) => name === commandName) ?? null
  const isInner = command?.options.some(({ name }) => name === 'bootstrap-server') ?? false
  const scope = scopeOf(tool, isInner ? command : null)
  const names = ['bootstrap-server', 'bootstrap-controller'].filter((name) =>
    scope.options.some((each) => each.name === name),
  )
  const isAlone =
    names.length === 1 && scope.alternatives.every((each) => !each.names.includes(names[0]!))
  return scope.fail(
    isAlone ? `argument --${names[0]} is required` : oneOfThem(names, scope.options),
  )
}

/** Commands may be shortened, too. */
function commandNamed(word: string, tool: ToolDeclaration, outer: Scope): CommandDeclaration {
  const exact = tool.commands!.find(({ name }) => name === word)
  if (exact !== undefined) return exact
  const similar = word === '' ? [] : tool.commands!.filter(({ name }) => name.startsWith(word))
  if (similar.length === 1) return similar[0]!
  if (similar.length === 0) throw unknownCommand(word, tool)
  const names = similar.map(({ name }) => name).sort()
  throw outer.fail(`ambiguous command: ${word} could match ${names.join(', ')}`)
}

function unknownCommand(word: string, tool: ToolDeclaration): ArgumentError {
  const known = tool.commands!.map(({ name }) => name)
  const names = known.map((name) => `'${name}'`)
  const message = `invalid choice: '${word}' (choose from ${names.join(', ')})`
  const usage = usageOf(tool, null)
  return new ArgumentError(message, { tool, usage, unknown: word, known, isCommand: true })
}

/** `--id/-i`. */
function namesOf({ name, short }: OptionDeclaration): string {
  return short === undefined ? `--${name}` : `--${name}/-${short}`
}
