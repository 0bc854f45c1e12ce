import type { Machine } from './machine.ts'
import { UsageError } from './options/checks.ts'
import { helpText } from './options/help.ts'
import { exceptionText } from './output/log.ts'
import type { Tool } from './tool.ts'

/** A failure that a tool has put into the words and onto the streams where Kafka's own tool puts it. */
export class ToolFailure extends Error {
  override name = 'ToolFailure'
  readonly stdout: string
  readonly stderr: string
  readonly code: number

  constructor(
    message: string,
    {
      stdout = '',
      stderr = '',
      code = 1,
      cause,
    }: { stdout?: string; stderr?: string; code?: number; cause?: unknown },
  ) {
    super(message, { cause })
    this.stdout = stdout
    this.stderr = stderr
    this.code = code
  }
}

/**
 * Turns any error into its text and its exit code; the only place that does. A person at a terminal gets a sentence, a
 * script gets what Kafka's tool would have written. Stacks are shown to those who ask with --debug.
 */
export function tell(error: unknown, { tool, machine }: { tool: Tool; machine: Machine }): number {
  try {
    return told(error, tool, machine)
  } catch (failure) {
    // Nobody reads any more; there is no one left to tell.
    if (isClosedPipe(failure)) return 1
    throw failure
  }
}

function told(error: unknown, tool: Tool, machine: Machine): number {
  const { stdout, stderr } = machine
  // The reader of the pipe had enough (`| head`), which is its right.
  if (isClosedPipe(error)) return 0
  if (machine.argv.includes('--debug') && error instanceof Error)
    stderr.write(`${stacksOf(error)}\n`)
  if (error instanceof UsageError) {
    const help = error.withHelp ? usage(tool, machine) : ''
    stderr.write(`${error.message}\n${help}`)
    return 1
  }
  if (error instanceof ToolFailure) {
    if (stderr.isTerminal) {
      if (error.message !== '') stderr.write(`${tool.declaration.name}: ${error.message}\n`)
      if (!stdout.isTerminal) stdout.write(error.stdout)
    } else {
      stdout.write(error.stdout)
      stderr.write(error.stderr)
    }
    return error.code
  }
  stderr.write(exceptionText(error))
  return 1
}

// At a terminal the whole help would push the reason off the screen.
function usage({ declaration }: Tool, { stderr }: Machine): string {
  if (!stderr.isTerminal) return helpText(declaration)
  return `Try: ${declaration.name} --help\n`
}

export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

function stacksOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stacksOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
