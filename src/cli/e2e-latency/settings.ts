import { requireOptions, UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

const required = ['topic', 'num-records', 'producer-acks', 'record-size']
const positional = ['bootstrap-server', 'topic', 'num-records', 'producer-acks', 'record-size']

export const positionalWarning =
  'WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: --bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config\n'

/** The old way without names, in the new one; null where there is a name already. */
export function named(argv: readonly string[]): string[] | null {
  if (argv.length === 0 || argv.some((word) => word.startsWith('--'))) return null
  const names = [...positional, 'command-config']
  if (argv.length !== positional.length && argv.length !== names.length) {
    throw new UsageError(
      `Invalid number of arguments. Expected 5 or 6 positional arguments, but got ${argv.length}. Usage: ${positional.join(' ')} [optional] command-config`,
      { withHelp: false },
    )
  }
  return argv.flatMap((word, index) => [`--${names[index]}`, word])
}

export function ensureSensible(options: Options, { needsServer }: { needsServer: boolean }): void {
  requireOptions(options, ...(needsServer ? ['bootstrap-server'] : []), ...required)
  if (!['1', 'all'].includes(options.text('producer-acks')!)) {
    throw new UsageError(
      "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.",
    )
  }
  if (options.integer('num-records')! <= 0) {
    throw new UsageError('Value for --num-records must be a positive integer.')
  }
  atLeast(options, 'record-size', 0)
  atLeast(options, 'record-key-size', 0)
  atLeast(options, 'num-headers', 0)
  atLeast(options, 'record-header-key-size', 0)
  atLeast(options, 'record-header-size', -1)
}

function atLeast(options: Options, name: string, least: number): void {
  if (options.integer(name)! >= least) return
  const what =
    least === 0 ? 'a non-negative integer' : 'a non-negative integer or -1 for null header value'
  throw new UsageError(`Value for --${name} must be ${what}.`)
}
