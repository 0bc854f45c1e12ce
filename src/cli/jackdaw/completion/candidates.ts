/** What may stand at the end of a command line. Pure: topics and groups are asked for by whoever calls. */
import type { OptionDeclaration, ToolDeclaration } from '../../options/declare.ts'

export type Candidate = { readonly text: string; readonly description?: string }

/** Words that are known, or what has to be looked up. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'topic' | 'group' | 'file'; readonly prefix?: string }

// Kafka's parser takes the last one, or refuses a second; these are made to be repeated.
const repeatable = /(-property|^property|^config|^where|^grep)$/

/** `words` are those after the command's name; the last one is being written, and may be empty. */
export function candidatesOf(tool: ToolDeclaration, words: readonly string[]): Candidates {
  const current = words.at(-1) ?? ''
  const joined = /^--([\w.-]+)=/.exec(current)?.[1]
  if (joined !== undefined) {
    const found = argumentOf(optionNamed(tool, joined))
    return prefixed(found, `--${joined}=`)
  }
  const before = optionNamed(tool, /^--?([\w.-]+)$/.exec(words.at(-2) ?? '')?.[1])
  const isArgument = before?.argument !== undefined && !before.argument.optional
  if (isArgument) return argumentOf(before)
  const given = new Set(words.slice(0, -1).flatMap((word) => /^--([\w.-]+)/.exec(word)?.[1] ?? []))
  const options = tool.options
    .filter(({ deprecated }) => deprecated === undefined)
    .filter(({ name }) => !given.has(name) || repeatable.test(name))
    .map(({ name, description }) => ({ text: `--${name}`, description }))
  const own = before === undefined ? { kind: 'words' as const, words: [] } : argumentOf(before)
  return { kind: 'words', words: [...(own.kind === 'words' ? own.words : []), ...options] }
}

function optionNamed(
  tool: ToolDeclaration,
  name: string | undefined,
): OptionDeclaration | undefined {
  return tool.options.find((option) => option.name === name)
}

function argumentOf(option: OptionDeclaration | undefined): Candidates {
  const { completes, oneOf = [] } = option?.argument ?? {}
  if (completes !== undefined) return { kind: completes }
  return { kind: 'words', words: oneOf.map((text) => ({ text })) }
}

/** Of `--topic=or` the whole is one word, so what is offered begins with the option. */
function prefixed(found: Candidates, prefix: string): Candidates {
  if (found.kind !== 'words') return { ...found, prefix }
  const words = found.words.map((each) => ({ ...each, text: `${prefix}${each.text}` }))
  return { kind: 'words', words }
}

/** Those that begin as the word does, sorted, each once. */
export function fitting(candidates: readonly Candidate[], word: string): Candidate[] {
  const found = new Map(
    candidates.filter(({ text }) => text.startsWith(word)).map((each) => [each.text, each]),
  )
  return [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
}
