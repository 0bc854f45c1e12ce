import type { Clock } from '../host/clock.ts'
import { exceptionOf, JavaError, messageOf } from './java/errors.ts'
import type { Machine } from './machine.ts'
import { UsageError } from './options/checks.ts'
import type { ToolDeclaration } from './options/declare.ts'
import { helpText } from './options/help.ts'
import { nearest } from './output/hints.ts'
import { exceptionText, logTime } from './output/log.ts'
import type { Tool } from './tool.ts'

/** A failure that a tool has put into the words and onto the streams where Kafka's own tool puts it. */
export class ToolFailure extends Error {
  override name = 'ToolFailure'
  readonly stdout: string
  readonly stderr: string
  readonly code: number
  /** What a person at a terminal might do about it. */
  readonly hint: string | null

  constructor(
    message: string,
    {
      stdout = '',
      stderr = '',
      code = 1,
      hint = null,
      cause,
    }: {
      stdout?: string
      stderr?: string
      code?: number
      hint?: string | null
      cause?: unknown
    },
  ) {
    super(message, { cause })
    this.hint = hint
    this.stdout = stdout
    this.stderr = stderr
    this.code = code
  }
}

/** What most of Kafka's tools print of an exception: its message, then the exception itself, then an empty line. */
export function traced(
  cause: unknown,
  {
    lead = '',
    log = '',
    hint = null,
  }: {
    /** Stands before the message. */
    lead?: string
    /** Events that Kafka's client has logged before the exception came. */
    log?: string
    hint?: string | null
  } = {},
): ToolFailure {
  const message = messageOf(cause) ?? 'null'
  const stderr = `${log}${lead}${message}\n${exceptionText(cause)}\n`
  return new ToolFailure(`${lead}${message}`, { stderr, hint, cause })
}

/** What Java prints of an exception that a tool does not catch. */
export function uncaught(cause: unknown): ToolFailure {
  const stderr = `Exception in thread "main" ${exceptionText(cause)}`
  return new ToolFailure(messageOf(cause) ?? '', { stderr, cause })
}

/** How `topics` and `groups` tell what came after the first question: a line on stdout, and the exception in the log. */
export function executionFailure(
  cause: unknown,
  {
    what,
    logger,
    clock,
    hint = null,
  }: { what: string; logger: string; clock: Clock; hint?: string | null },
): ToolFailure {
  const message = messageOf(cause) ?? 'null'
  return new ToolFailure(message, {
    stdout: `Error while executing ${what} command : ${message}\n`,
    stderr: `[${logTime(clock.now())}] ERROR ${exceptionText(cause)} (${logger})\n`,
    hint,
    cause,
  })
}

/** Whether an error says already what is to be told, and how. */
export function isTold(error: unknown): boolean {
  return error instanceof UsageError || error instanceof ToolFailure || isClosedPipe(error)
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
  if (stderr.isTerminal) return toldToPerson(error, tool, machine)
  if (error instanceof UsageError) {
    stderr.write(`${error.message}\n${error.withHelp ? helpText(tool.declaration) : ''}`)
    return 1
  }
  if (error instanceof ToolFailure) {
    stdout.write(error.stdout)
    stderr.write(error.stderr)
    return error.code
  }
  stderr.write(exceptionText(error))
  return 1
}

/** A sentence, and what to do next; the help only for who asked for it, because it would push the reason off the screen. */
function toldToPerson(error: unknown, { declaration }: Tool, machine: Machine): number {
  const { stdout, stderr, argv } = machine
  const { name } = declaration
  if (error instanceof UsageError && isHelp(error, declaration, argv)) {
    stderr.write(`${error.message}\n${helpText(declaration)}`)
    return 1
  }
  const isSilent = error instanceof ToolFailure && error.message === ''
  if (!isSilent) stderr.write(`${name}: ${sentenceOf(error)}\n`)
  const hint = hintFor(error, declaration)
  if (hint !== null) stderr.write(`${hint}\n`)
  if (!(error instanceof ToolFailure)) return 1
  if (!stdout.isTerminal) stdout.write(error.stdout)
  return error.code
}

/** Without the names of Java's classes, and with the reason where Kafka's words only say that something did not come about. */
function sentenceOf(error: unknown): string {
  const about = error instanceof ToolFailure ? error.cause : error
  if (about instanceof JavaError && Object.hasOwn(ofFiles, about.exception)) {
    return ofFiles[about.exception]!(about.message)
  }
  const text = (messageOf(error) ?? exceptionOf(error)).replace(/^(?:[a-z]+\.)+[A-Z]\w*: /, '')
  const cause = error instanceof ToolFailure || error instanceof JavaError ? error.cause : null
  if (!(cause instanceof JavaError)) return text
  const reason = sentenceOf(cause)
  if (text.includes(reason)) return text
  return reason.startsWith(text) ? reason : `${text}: ${reason}`
}

/** Exceptions of Java that say nothing but the name of a file. */
const ofFiles: { readonly [exception: string]: (name: string) => string } = {
  'java.nio.file.NoSuchFileException': (name) => `there is no file ${name}`,
  'java.nio.file.AccessDeniedException': (name) => `you may not read ${name}`,
}

function isHelp({ message }: UsageError, declaration: ToolDeclaration, argv: readonly string[]) {
  const wasAsked = argv.length === 0 || argv.some((word) => /^--?help$/.test(word))
  return wasAsked && [declaration.summary, declaration.helpSummary].includes(message)
}

function hintFor(error: unknown, declaration: ToolDeclaration): string | null {
  if (error instanceof ToolFailure && error.hint !== null) return error.hint
  const unknown = unknownOption(error)
  const meant =
    unknown === null
      ? null
      : nearest(
          unknown,
          declaration.options.map(({ name }) => name),
        )
  if (meant !== null) return `Did you mean --${meant}?`
  const isUsage = error instanceof UsageError || unknown !== null
  return isUsage ? `Try: ${declaration.name} --help` : null
}

function unknownOption(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const match = /^(.+) is not a recognized option$/.exec(cause.message)
    if (match !== null) return match[1]!
  }
  return null
}

export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

function stacksOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stacksOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
