import type { Machine } from '../machine.ts'
import { UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

/** Kafka's own text for scripts, tables for people, JSON for programs. */
export type Form = 'plain' | 'table' | 'json'

const forms: readonly string[] = ['plain', 'table', 'json'] satisfies Form[]

/** What --output says; otherwise a terminal gets tables, and everything else Kafka's text. */
export function chosenForm(options: Options, { stdout }: Machine): Form {
  const text = options.text('output')
  if (text === undefined) return stdout.isTerminal ? 'table' : 'plain'
  if (!forms.includes(text)) {
    throw new UsageError(`--output takes ${forms.join(', ')}, not "${text}"`, { withHelp: false })
  }
  return text as Form
}
