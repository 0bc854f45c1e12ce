import { withCluster } from '../admin.ts'
import { exceptionOf, JavaError, javaText, messageOf, runtimeError } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { UsageError } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { jsonLine } from '../output/json.ts'
import { adminEvent, exceptionText } from '../output/log.ts'
import { show } from '../output/show.ts'
import { findServer, type Server } from '../server.ts'
import { isTold, ToolFailure, uncaught } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { type Asking, listedGroups } from './ask.ts'
import { type Action, ensureSensible } from './checks.ts'
import { consumerGroupsDeclaration } from './declaration.ts'
import { deleteAll, plainDeletions } from './delete.ts'
import { deleteOffsets, offsetDeletionsJson, plainOffsetDeletions } from './delete-offsets.ts'
import { describe } from './describe/describe.ts'
import { durationMs } from './duration.ts'
import type { HistoryAsked } from './history/asked.ts'
import { asksForLag } from './lag/asked.ts'
import { parseStates, parseTypes, plainList, shownList } from './list.ts'
import { csvText } from './reset/csv.ts'
import { plainPlan } from './reset/plain.ts'
import { reset } from './reset/reset.ts'
import { readScenarioValues } from './reset/scenarios.ts'

export const consumerGroups: Tool = { declaration: consumerGroupsDeclaration, run }

async function run(machine: Machine): Promise<number> {
  const { stderr } = machine
  const options = parsed(machine)
  if (isVersionAlone(options, consumerGroupsDeclaration, machine)) return 0
  try {
    const isLocal = !options.has('validate-regex')
    const server: Server = isLocal ? await findServer(options, machine) : { kind: 'none', why: '' }
    const action = ensureSensible(options, {
      needsServer: server.kind === 'none',
      warn: (text) => stderr.write(text),
    })
    if (action !== 'validate-regex') return await perform(action, { options, server, machine })
    await validateRegex(options, machine)
    return 0
  } catch (error) {
    throw asksForLag(options) || options.has('history') ? notKnown(error) : told(error, machine)
  }
}

function parsed({ argv }: Machine): Options {
  try {
    return parse(argv, consumerGroupsDeclaration.options)
  } catch (error) {
    throw error instanceof JavaError ? uncaught(error) : error
  }
}

// Everything that fails while running is told on stdout, and the exit code stays 0: scripts rely on it.
function told(cause: unknown, machine: Machine): unknown {
  if (isTold(cause)) return cause
  // The file of --command-config is read where only a RuntimeException can come out.
  const isOfFile = /^java\.(nio\.file|io)\./.test(exceptionOf(cause))
  const error = isOfFile ? runtimeError(cause) : cause
  const isArgument =
    error instanceof JavaError && exceptionOf(error) === 'java.lang.IllegalArgumentException'
  if (isArgument) return new UsageError(error.message)
  const message = messageOf(error) ?? 'null'
  return new ToolFailure(message, {
    stdout: `\nError: Executing consumer group command failed due to ${message}\n`,
    stderr: logged(error, machine) + exceptionText(error),
    code: 0,
    cause: error,
  })
}

// To who asks whether lag is within a limit, not knowing it is neither yes (0) nor no (1).
function notKnown(error: unknown): unknown {
  if (isTold(error)) return error
  const message = messageOf(error) ?? String(error)
  return new ToolFailure(message, { stderr: `${message}\n`, code: 2, cause: error })
}

// What Kafka's admin client logs before it throws.
function logged(error: unknown, { clock }: Machine): string {
  const isInvalid = javaText(error).endsWith(
    'java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.InvalidGroupIdException: The group id is invalid.',
  )
  if (!isInvalid) return ''
  return adminEvent(
    clock,
    '`ConsumerGroupDescribe` request for group id  failed due to unexpected error INVALID_GROUP_ID.',
    { of: 'DescribeConsumerGroupsHandler' },
  )
}

async function validateRegex(options: Options, { stdout }: Machine): Promise<void> {
  const { re2Fault } = await import('./re2.ts')
  const regex = options.text('validate-regex')!
  const fault = re2Fault(regex)
  stdout.write(
    fault === null
      ? `The regular expression \`${regex}\` is valid.\n`
      : `The regular expression \`${regex}\` is invalid: ${fault}.\n`,
  )
}

type Perform = { options: Options; server: Server; machine: Machine }
type Run = { options: Options; asking: Asking; machine: Machine }

async function perform(
  action: Exclude<Action, 'validate-regex'>,
  { options, server, machine }: Perform,
): Promise<number> {
  const { name: tool } = consumerGroupsDeclaration
  const code = await withCluster(options, { tool, server, machine }, (cluster, quiet) => {
    readScenarioValues(options)
    const timeoutMs = Number(options.long('timeout'))
    return actions[action]({ options, asking: { cluster, timeoutMs }, machine: quiet })
  })
  return code ?? 0
}

const actions: {
  readonly [A in Exclude<Action, 'validate-regex'>]: (run: Run) => Promise<number | undefined>
} = {
  list,
  async describe({ options, asking, machine }) {
    if (options.has('since')) {
      const { lagSince } = await import('./history/since.ts')
      return lagSince(await past({ options, asking, machine }))
    }
    if (asksForLag(options)) {
      const { lag } = await import('./lag/lag.ts')
      return lag({ asking, groupIds: () => chosen(options, asking), options, machine })
    }
    const form = chosenForm(options, machine)
    await describe({ asking, groupIds: await chosen(options, asking), options, form, machine })
  },
  async history(run) {
    const { history } = await import('./history/history.ts')
    return history(await past(run))
  },
  async delete({ options, asking, machine }) {
    const deletions = await deleteAll(asking, await chosen(options, asking))
    const isJson = chosenForm(options, machine) === 'json'
    machine.stdout.write(isJson ? jsonLine(deletions) : plainDeletions(deletions))
  },
  async 'reset-offsets'({ options, asking, machine }) {
    const groupIds = await chosen(options, asking)
    const isJson = chosenForm(options, machine) === 'json'
    const plan = await reset({ asking, groupIds, options, machine })
    if (isJson) machine.stdout.write(jsonLine(plan.offsets))
    else if (options.has('export')) {
      const isShort = options.all('group').length === 1
      const rows = plan.offsets.map((each) => (isShort ? { ...each, group: null } : each))
      machine.stdout.write(`${csvText(rows)}\n`)
    } else machine.stdout.write(plainPlan(plan.offsets, plan))
  },
  async 'delete-offsets'({ options, asking, machine }) {
    const group = options.text('group')!
    const outcome = await deleteOffsets(asking, { group, topics: options.all('topic') })
    const isJson = chosenForm(options, machine) === 'json'
    machine.stdout.write(
      isJson ? jsonLine(offsetDeletionsJson(outcome)) : plainOffsetDeletions(group, outcome),
    )
  },
}

async function past({ options, asking, machine }: Run): Promise<HistoryAsked> {
  const since = options.text('since')
  const sinceMs = since === undefined ? Number.POSITIVE_INFINITY : durationMs(since, 'since')
  return { asking, groupIds: await chosen(options, asking), options, machine, sinceMs }
}

async function chosen(options: Options, asking: Asking): Promise<readonly string[]> {
  if (!options.has('all-groups')) return options.all('group')
  return (await listedGroups(asking)).map(({ group }) => group)
}

async function list({ options, asking, machine }: Run): Promise<undefined> {
  const form = chosenForm(options, machine)
  const [typeText, stateText] = [options.text('type'), options.text('state')]
  const filter = {
    types: typeText === undefined ? [] : parseTypes(typeText),
    states: stateText === undefined ? [] : parseStates(stateText),
  }
  const isFiltered = options.has('type') || options.has('state')
  const groups = await listedGroups(asking, isFiltered ? filter : null)
  const columns = { type: options.has('type'), state: options.has('state') }
  if (form === 'json') machine.stdout.write(jsonLine(groups))
  else if (form === 'plain' || (groups.length > 0 && !isFiltered)) {
    machine.stdout.write(plainList(groups, columns))
  } else await show(shownList(groups, columns), { form, machine })
}
