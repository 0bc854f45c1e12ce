import { ToolFailure } from '../tell.ts'
import type { CommandDeclaration, OptionDeclaration, ToolDeclaration } from './declare.ts'
import { justified } from './justify.ts'

/** What is wrong with a command line, as argparse4j tells it: how the tool is used, and then the fault. */
export class ArgumentError extends ToolFailure {
  override name = 'ArgumentError'
  /** The fault alone, for a tool that tells it in its own way. */
  readonly fault: string

  constructor(
    fault: string,
    {
      tool,
      usage,
      unknown,
      known = [],
      isCommand = false,
    }: {
      tool: ToolDeclaration
      usage: string
      /** An option that is none, without its dashes, or a command; what may have been meant is told. */
      unknown?: string
      known?: readonly string[]
      isCommand?: boolean
    },
  ) {
    const dashes = isCommand ? '' : '--'
    const meant = unknown === undefined ? [] : likely(unknown, known)
    const guesses = meant.map((each) => `\t${dashes}${each}\n`).join('')
    const text = justified(`${tool.program ?? tool.kafkaName}: error: ${fault}`)
    super(fault, {
      stderr: `${usage}${text}\n${meant.length === 0 ? '' : `\nDid you mean:\n${guesses}`}`,
      hint: meant.length === 0 ? `Try: ${tool.name} --help` : `Did you mean ${dashes}${meant[0]}?`,
    })
    this.fault = fault
  }
}

export function usageOf(tool: ToolDeclaration, command: CommandDeclaration | null): string {
  const options = (command ?? tool).options.filter(({ ours, name }) => !ours && name !== 'help')
  const words = [
    ...(command === null ? [] : [command.name]),
    '[-h]',
    ...options.map(usageWord),
    ...(command === null && tool.commands !== undefined
      ? [`{${tool.commands.map(({ name }) => name).join(',')}}`, '...']
      : []),
  ]
  return `usage: ${tool.program ?? tool.kafkaName} ${words.join(' ')}\n`
}

function usageWord({ name, argument, required }: OptionDeclaration): string {
  const text = argument === undefined ? `--${name}` : `--${name} ${argument.name ?? argument.type}`
  return required ? text : `[${text}]`
}

/** The names that are nearest to what was written, as argparse4j ranks them; there may be several, or none that is near. */
export function likely(written: string, known: readonly string[]): string[] {
  const ranked = known.map((name) => ({
    name,
    distance: name.startsWith(written) ? 0 : distanceBetween(written, name),
  }))
  const best = Math.min(...ranked.map(({ distance }) => distance))
  if (best >= distanceMax) return []
  return ranked
    .filter(({ distance }) => distance === best)
    .map(({ name }) => name)
    .sort()
}

// What was left out is likelier than what was written too much; that two letters changed places costs nothing.
const [changed, leftOut, tooMuch] = [2, 1, 4] as const
/** From here on nothing that is known was meant. */
const distanceMax = 7

function distanceBetween(written: string, name: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: name.length + 1 }, (_, i) => i)
  for (let i = 0; i < written.length; i++) {
    const row = [i + 1]
    for (let j = 0; j < name.length; j++) {
      const kept = last[j]! + (written[i] === name[j] ? 0 : changed)
      const isSwap =
        written[i] !== name[j] && written[i - 1] === name[j] && written[i] === name[j - 1]
      const swapped = isSwap ? beforeLast[j - 1]! : Number.POSITIVE_INFINITY
      row.push(Math.min(kept, swapped, last[j + 1]! + tooMuch, row[j]! + leftOut))
    }
    beforeLast = last
    last = row
  }
  return last[name.length]!
}
