import { UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

export const actions = ['generate', 'execute', 'verify', 'cancel', 'list'] as const
export type Action = (typeof actions)[number]

const required = {
  generate: ['topics-to-move-json-file', 'broker-list'],
  execute: ['reassignment-json-file'],
  verify: ['reassignment-json-file'],
  cancel: ['reassignment-json-file'],
  list: [],
} as const satisfies Record<Action, readonly string[]>

const permitted: Record<Action, readonly string[]> = {
  generate: ['disable-rack-aware'],
  execute: [
    'additional',
    'throttle',
    'replica-alter-log-dirs-throttle',
    'timeout',
    'disallow-replication-factor-change',
  ],
  verify: ['preserve-throttles'],
  cancel: ['bootstrap-controller', 'preserve-throttles', 'timeout'],
  list: ['bootstrap-controller'],
}

const always = ['bootstrap-server', 'command-config', 'output', 'home', 'no-start', 'debug']

/** What the command line asks for, if it makes sense; in Kafka's order. */
export function onlyAction(options: Options, { needsServer }: { needsServer: boolean }): Action {
  const chosen = actions.filter((action) => options.has(action))
  if (chosen.length !== 1) {
    const names = actions.map((action) => `--${action}`).join(', ')
    throw new UsageError(`Command must include exactly one action: ${names}`)
  }
  const action = chosen[0]!
  const [server, controller] = ['bootstrap-server', 'bootstrap-controller'].map((name) =>
    options.has(name),
  )
  if (server && controller) {
    throw new UsageError("Please don't specify both --bootstrap-server and --bootstrap-controller")
  }
  if (needsServer && !server && !controller) {
    throw new UsageError('Please specify either --bootstrap-server or --bootstrap-controller')
  }
  for (const name of required[action]) {
    if (!options.has(name)) throw new UsageError(`Missing required argument "[${name}]"`)
  }
  const allowed = [...always, ...required[action], ...permitted[action], action]
  const odd = options.given.find((name) => !allowed.includes(name))
  if (odd !== undefined) {
    throw new UsageError(`Option "[${odd}]" can't be used with action "[${action}]"`)
  }
  return action
}
