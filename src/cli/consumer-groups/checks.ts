import { refuseTogether, requireOptions, UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

export const actions = [
  'list',
  'describe',
  'delete',
  'reset-offsets',
  'delete-offsets',
  'validate-regex',
] as const
/** One more is ours; Kafka's sentence about what must be given does not name it. */
export type Action = (typeof actions)[number] | 'history'

/** The ways to say where offsets go, in the order in which Kafka's tool compares them. */
export const scenarios = [
  'to-offset',
  'to-datetime',
  'by-duration',
  'to-earliest',
  'to-latest',
  'to-current',
  'shift-by',
  'from-file',
] as const

/** What turns `--describe` into a question about lag alone. */
export const lagModes = ['watch', 'until-lag', 'max-lag', 'max-time-lag', 'since'] as const

export const modeWarning =
  'WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.\n'

/** What can be known to be wrong before a broker is asked; the number of actions is looked at last, as in Kafka. */
export function ensureSensible(
  options: Options,
  { needsServer, warn }: { needsServer: boolean; warn: (text: string) => void },
): Action {
  if (needsServer && !options.has('validate-regex')) requireOptions(options, 'bootstrap-server')
  if (options.has('describe')) ensureDescribable(options)
  if (options.has('delete')) {
    requireGroups(options, 'delete')
    if (options.has('topic')) {
      throw new UsageError(
        'The consumer does not support topic-specific offset deletion from a consumer group.',
      )
    }
  }
  if (options.has('delete-offsets') && !(options.has('group') && options.has('topic'))) {
    throw new UsageError('Option [delete-offsets] takes the following options: [topic], [group]')
  }
  if (options.has('reset-offsets')) ensureResettable(options, warn)
  refuseTogether(options, 'group', ['all-groups', 'list'])
  refuseTogether(options, 'topic', ['list', 'describe'])
  const given = actions.filter((action) => options.has(action))
  if (given.length === 0 && options.has('history')) {
    requireGroups(options, 'history')
    return 'history'
  }
  refuseTogether(options, 'history', actions)
  if (given.length === 1) return given[0]!
  throw new UsageError(
    `Command must include exactly one action: ${actions.map((action) => `--${action}`).join(', ')}`,
  )
}

function requireGroups(options: Options, action: Action): void {
  if (options.has('group') || options.has('all-groups')) return
  throw new UsageError(`Option [${action}] takes one of these options: [all-groups], [group]`)
}

function ensureDescribable(options: Options): void {
  requireGroups(options, 'describe')
  const views = ['members', 'offsets', 'state'].filter((view) => options.has(view))
  if (views.length > 1) {
    throw new UsageError(
      'Option [describe] takes at most one of these options: [members], [offsets], [state]',
    )
  }
  for (const view of ['members', 'state']) refuseTogether(options, view, lagModes)
  refuseTogether(options, 'since', lagModes.slice(0, -1))
  if (options.has('state') && options.text('state') !== undefined) {
    throw new UsageError('Option [describe] does not take a value for [state]')
  }
}

function ensureResettable(options: Options, warn: (text: string) => void): void {
  if (options.has('dry-run') && options.has('execute')) {
    throw new UsageError('Option [reset-offsets] only accepts one of [execute] and [dry-run]')
  }
  if (!options.has('dry-run') && !options.has('execute')) warn(modeWarning)
  requireGroups(options, 'reset-offsets')
  for (const scenario of scenarios) {
    refuseTogether(
      options,
      scenario,
      scenarios.filter((other) => other !== scenario),
    )
  }
}
