import type { Machine } from '../machine.ts'
import { UsageError } from './checks.ts'
import { kafkaVersion } from './common.ts'
import type { ToolDeclaration } from './declare.ts'
import type { Options } from './options.ts'

/**
 * What every tool looks at before its own checks: a command line that asks for help, or for nothing at all, gets the help;
 * true where it was the version, which then is printed.
 */
export function isVersionAlone(
  options: Options,
  declaration: ToolDeclaration,
  { argv, stdout }: Machine,
): boolean {
  if (argv.length === 0) throw new UsageError(declaration.summary)
  if (options.has('help')) throw new UsageError(declaration.helpSummary ?? declaration.summary)
  if (options.has('version')) stdout.write(`${kafkaVersion}\n`)
  return options.has('version')
}
