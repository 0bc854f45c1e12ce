import { Command, CommanderError, Option } from 'commander'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { javaHashCode } from '../../protocol/names.ts'
import { JavaError } from '../java/errors.ts'
import type { Declarations, OptionDeclaration } from './declare.ts'
import { normalize } from './normalize.ts'
import { type Occurrence, Options } from './options.ts'

/**
 * Reads a command line by a tool's declarations. Throws what Kafka's parser throws, as a `JavaError` with a class of
 * `joptsimple`; values are converted and single ones demanded only where they are read, as there.
 */
export function parse(argv: readonly string[], declarations: Declarations): Options {
  const command = new Command()
    .exitOverride()
    .helpOption(false)
    .configureOutput({
      writeErr: () => {},
    })
  const given = new Map<string, string[]>()
  const order: Occurrence[] = []
  for (const declaration of declarations) {
    const take = (value: unknown) => {
      const { name } = declaration
      const values = given.get(name) ?? []
      given.set(name, typeof value === 'string' ? [...values, value] : values)
      order.push(typeof value === 'string' ? { name, value } : { name })
    }
    command.addOption(optionOf(declaration))
    command.on(`option:${declaration.name}`, take)
  }
  const { words, unknown } = normalize(argv, declarations)
  try {
    command.parse(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    throw argumentMissing(words.at(-1)!.slice(2))
  }
  if (unknown !== undefined) throw unrecognized(unknown)
  ensureAvailable(given, declarations)
  return new Options(given, declarations, order)
}

function optionOf({ name, argument, description }: OptionDeclaration): Option {
  if (argument === undefined) return new Option(`--${name}`, description)
  const shown = argument.name ?? argument.type
  return new Option(
    argument.optional ? `--${name} [${shown}]` : `--${name} <${shown}>`,
    description,
  )
}

function argumentMissing(name: string): JavaError {
  return new JavaError(
    'joptsimple.OptionMissingRequiredArgumentException',
    `Option ${name} requires an argument`,
  )
}

function unrecognized(name: string): JavaError {
  return new JavaError(
    'joptsimple.UnrecognizedOptionException',
    `${name} is not a recognized option`,
  )
}

function ensureAvailable(given: ReadonlyMap<string, string[]>, declarations: Declarations): void {
  if (given.has('help') || given.has('version')) return
  const conditional = declarations.filter((each) => each.availableIf !== undefined)
  const refused = javaHashMapOrder(conditional, {
    // The parser keeps the conditions in a map whose keys are lists of names.
    hash: ({ name }) => (31 + javaHashCode(name)) | 0,
  }).filter(({ name, availableIf }) => {
    return given.has(name) && !availableIf!.some((other) => given.has(other))
  })
  if (refused.length === 0) return
  const names = refused.map(({ name }) => name).join(', ')
  throw new JavaError(
    'joptsimple.UnavailableOptionException',
    `Option(s) [${names}] are unavailable given other options on the command line`,
  )
}
