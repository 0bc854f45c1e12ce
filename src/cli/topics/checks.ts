import { refuseTogether, requireOptions, UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

export type Action = 'create' | 'list' | 'describe' | 'alter' | 'delete'
const actions = ['create', 'list', 'describe', 'alter', 'delete'] as const

const reports = [
  'under-replicated-partitions',
  'under-min-isr-partitions',
  'at-min-isr-partitions',
  'unavailable-partitions',
] as const

// What cannot stand with what, in the order in which Kafka's tool looks.
const exclusions: readonly (readonly [used: string, refused: readonly string[]])[] = [
  ['config', ['describe', 'delete', 'list']],
  ['partitions', ['describe', 'delete', 'list']],
  ['replication-factor', ['describe', 'alter', 'delete', 'list']],
  ['replica-assignment', ['describe', 'delete', 'list']],
]

const laterExclusions: readonly (readonly [used: string, refused: readonly string[]])[] = [
  ...reports.map(
    (report) => [report, ['alter', 'delete', 'create', 'list', 'topics-with-overrides']] as const,
  ),
  ['topics-with-overrides', ['alter', 'delete', 'create', 'list', ...reports]],
  ['if-exists', ['create', 'list']],
  ['if-not-exists', ['describe', 'alter', 'delete', 'list']],
  ['exclude-internal', ['alter', 'delete', 'create']],
]

export function onlyAction(options: Options): Action {
  const given = actions.filter((action) => options.has(action))
  if (given.length === 1) return given[0]!
  throw new UsageError(
    'Command must include exactly one action: --list, --describe, --create, --alter or --delete',
  )
}

/** Everything that can be known to be wrong before a broker is asked. */
export function ensureSensible(options: Options, action: Action): void {
  const hasTopic = options.has('topic')
  if (action === 'describe' && options.has('if-exists') && !hasTopic && !options.has('topic-id')) {
    throw new UsageError('--topic or --topic-id is required to describe a topic')
  }
  if (action !== 'list' && action !== 'describe') requireOptions(options, 'topic')
  if (action === 'alter') {
    if (options.has('config')) {
      throw new UsageError(
        'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]" ' +
          '(To alter topic configurations, the kafka-configs tool can be used.)',
      )
    }
    requireOptions(options, 'partitions')
  }
  for (const [used, refused] of exclusions) refuseTogether(options, used, refused)
  if (action === 'create') {
    refuseTogether(options, 'replica-assignment', ['partitions', 'replication-factor'])
  }
  for (const [used, refused] of laterExclusions) refuseTogether(options, used, refused)
}
