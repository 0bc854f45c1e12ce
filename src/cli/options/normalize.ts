import { isJavaInteger, isJavaLong } from '../java/numbers.ts'
import type { Declarations, OptionDeclaration } from './declare.ts'

export type Normalized = {
  readonly words: readonly string[]
  /** The first word that looks like an option and is none. */
  readonly unknown?: string
}

/**
 * Rewrites a command line that follows the habits of jopt-simple, Kafka's parser, into one that has a single meaning to
 * any parser: `--name`, or `--name=value`. The habits: long names take one dash too; what an option requires is the next
 * word whatever it is; what it may have is the next word unless that looks like an option; a flag's value is dropped; words
 * that belong to no option are ignored; `--` ends the options. Nothing may be abbreviated.
 *
 * Behind a word that is an error nothing is kept, because jopt-simple tells the first error and no other.
 */
export function normalize(argv: readonly string[], declarations: Declarations): Normalized {
  const known = new Map(declarations.map((each) => [each.name, each]))
  const words: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    if (word === '--') break
    if (!looksLikeOption(word)) continue
    const { name, value } = split(word)
    const declaration = known.get(name)
    if (declaration === undefined) {
      // A single dash before something unknown is read as letters, and the first one is the unknown option.
      return { words, unknown: word.startsWith('--') ? name : ([...name][0] ?? '') }
    }
    const rest = argv.slice(i + 1)
    const taken = argumentOf(declaration, value, rest)
    i += taken.words
    words.push(taken.value === undefined ? `--${name}` : `--${name}=${taken.value}`)
  }
  return { words }
}

export function looksLikeOption(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}

function split(word: string): { name: string; value: string | undefined } {
  const text = word.slice(word.startsWith('--') ? 2 : 1)
  const equals = text.indexOf('=')
  if (equals < 0) return { name: text, value: undefined }
  return { name: text.slice(0, equals), value: text.slice(equals + 1) }
}

type Taken = { value: string | undefined; words: number }

function argumentOf(
  { argument }: OptionDeclaration,
  value: string | undefined,
  rest: readonly string[],
): Taken {
  const none = { value: undefined, words: 0 }
  if (argument === undefined) return none
  if (value !== undefined) return { value, words: 0 }
  const next = rest[0]
  if (next === undefined) return none
  const isTaken = !argument.optional || isOptionalArgument(argument, next)
  return isTaken ? { value: next, words: 1 } : none
}

// A number may be negative, and what is none is left to the words that belong to no option.
function isOptionalArgument({ type }: { type: string }, word: string): boolean {
  switch (type) {
    case 'Integer':
      return isJavaInteger(word)
    case 'Long':
      return isJavaLong(word)
    default:
      return !looksLikeOption(word)
  }
}
