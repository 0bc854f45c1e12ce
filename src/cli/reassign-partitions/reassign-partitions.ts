import { listPartitionReassignments, movePartitions } from '../../client/admin/cluster.ts'
import { comparePartitions } from '../../client/topic-partition.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { withCluster } from '../admin.ts'
import { executionError, JavaError, messageOf } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { jsonLine } from '../output/json.ts'
import { exceptionText } from '../output/log.ts'
import { findServer } from '../server.ts'
import { isTold, ToolFailure, uncaught } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { assignmentJson, ensureBrokers, replicasOf } from './ask.ts'
import { type Action, onlyAction } from './checks.ts'
import { reassignPartitionsDeclaration as declaration } from './declaration.ts'
import { dirMoveStates, dirMovesOf, startDirMoves } from './dir-moves.ts'
import { commandFailed, ensureMovable, parseTargets, read, type Target } from './files.ts'
import { generate } from './generate.ts'
import { list } from './list.ts'
import { nameOf, placeOf, type Run } from './run.ts'
import { clearThrottles, setDirThrottle, setThrottle } from './throttles.ts'
import { verify } from './verify.ts'

export const reassignPartitions: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const options = parsed(machine)
  if (isVersionAlone(options, declaration, machine)) return 0
  try {
    const server = await findServer(options, machine)
    const action = onlyAction(options, { needsServer: server.kind === 'none' })
    const at = { tool: declaration.name, server, machine }
    return await withCluster(options, at, async (cluster, machine) => {
      await perform[action]({ options, cluster, machine, form: chosenForm(options, machine) })
      return 0
    })
  } catch (error) {
    throw isTold(error) ? error : failureOf(error)
  }
}

function parsed({ argv }: Machine): Options {
  try {
    return parse(argv, declaration.options)
  } catch (error) {
    throw error instanceof JavaError ? uncaught(error) : error
  }
}

// This tool tells its failures where it tells everything else.
function failureOf(cause: unknown): ToolFailure {
  const error = isOfController(cause) ? executionError(cause) : cause
  const message = messageOf(error) ?? 'null'
  const stdout = `Error: ${message}\n${exceptionText(error)}\n`
  return new ToolFailure(message, { stdout, cause: error })
}

// What comes of the first question, whichever it is.
function isOfController(error: unknown): boolean {
  return error instanceof KafkaError && error.error === 'MISMATCHED_ENDPOINT_TYPE'
}

const perform: { readonly [A in Action]: (run: Run) => Promise<void> } = {
  generate,
  execute: told(execute),
  verify,
  cancel: told(cancel),
  list,
}

/** Of an action that tells what it does in Kafka's words; with `--output json` these are talk, and what it gives is the data. */
function told(act: (run: Run) => Promise<unknown>): (run: Run) => Promise<void> {
  return async (run) => {
    const { form, machine } = run
    if (form !== 'json') return void (await act(run))
    const data = await act({ ...run, machine: { ...machine, stdout: machine.stderr } })
    machine.stdout.write(jsonLine(data))
  }
}

const verifyWarning =
  'Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.\n'
const goingOn =
  'Cannot execute because there is an existing partition assignment.  Use --additional to override this and create a new partition assignment in addition to the existing one. The --additional flag can also be used to change the throttle by resubmitting the current reassignment.'

async function execute({ options, cluster, machine: { stdout } }: Run): Promise<unknown> {
  const json = read(options.text('reassignment-json-file')!)
  const [rate, ioRate] = [
    options.long('throttle')!,
    options.long('replica-alter-log-dirs-throttle')!,
  ]
  const start = startOf(options, stdout)
  const targets = parseTargets(json)
  ensureMovable(targets)
  const dirMoves = dirMovesOf(targets)
  const active = await listPartitionReassignments(cluster)
  if (active.length > 0 && !options.has('additional')) {
    throw new ToolFailure(goingOn, { stdout: `${goingOn}\n` })
  }
  await ensureBrokers(cluster, targets)
  const current = await replicasOf(cluster, targets)
  const before = await assignmentJson(cluster, current)
  stdout.write(
    `Current partition replica assignment\n\n${before}\n\nSave this to use as the --reassignment-json-file option during rollback\n`,
  )
  if (rate >= 0n || ioRate >= 0n) stdout.write(verifyWarning)
  if (rate >= 0n) {
    await setThrottle(cluster, { active, current, targets, rate })
    stdout.write(`The inter-broker throttle limit was set to ${rate} B/s\n`)
  }
  if (ioRate >= 0n) {
    const brokers = dirMoves.map(({ brokerId }) => brokerId)
    await setDirThrottle(cluster, brokers, ioRate)
    stdout.write(`The replica-alter-dir throttle limit was set to ${ioRate} B/s\n`)
  }
  const allowsOtherCounts = !options.has('disallow-replication-factor-change')
  const results = [...(await movePartitions(cluster, targets, { allowsOtherCounts }))]
  const faults = results.flatMap(([target, result]) =>
    result.ok ? [] : [`${nameOf(target)}: ${result.error.message}`],
  )
  if (faults.length > 0) {
    const text = `Error reassigning partition(s):\n${faults.sort().join('\n')}`
    throw new ToolFailure(text, { stdout: `${text}\n` })
  }
  stdout.write(
    `Successfully started partition reassignment${plural(targets)} for ${names(targets).join(',')}\n`,
  )
  if (dirMoves.length > 0) await startDirMoves(cluster, dirMoves, start)
  return { before: JSON.parse(before), started: targets.map(placeOf) }
}

const startOf = (options: Options, stdout: Machine['stdout']) => ({
  timeoutMs: Number(options.long('timeout')!),
  write: (text: string) => void stdout.write(text),
})

async function cancel({ options, cluster, machine: { stdout } }: Run): Promise<unknown> {
  const json = read(options.text('reassignment-json-file')!)
  const start = startOf(options, stdout)
  const targets = parseTargets(json)
  const active = new Set((await listPartitionReassignments(cluster)).map(nameOf))
  const moving = targets.filter((target) => active.has(nameOf(target)))
  const ends = moving.map((target) => ({ ...target, replicas: null }))
  const faults = [...(await movePartitions(cluster, ends))].flatMap(([target, result]) =>
    result.ok ? [] : [`${nameOf(target)}: ${result.error.message}`],
  )
  if (faults.length > 0) {
    const text = `Error cancelling partition reassignment${plural(faults)} for:\n${faults.sort().join('\n')}`
    throw commandFailed(text)
  }
  stdout.write(
    moving.length === 0
      ? 'None of the specified partition reassignments are active.\n'
      : `Successfully cancelled partition reassignment${plural(moving)} for: ${names(moving).join(',')}\n`,
  )
  const back = [...(await dirMoveStates(cluster, dirMovesOf(targets)))].flatMap(([move, state]) =>
    state.kind === 'active' ? { ...move, path: state.current } : [],
  )
  if (back.length > 0) await startDirMoves(cluster, back, start)
  // Here Kafka's tool ends no line.
  else stdout.write('None of the specified partition moves are active.')
  if (!options.has('preserve-throttles')) {
    await clearThrottles(cluster, targets, (text) => stdout.write(text))
  }
  return { cancelled: moving.map(placeOf) }
}

const names = (targets: readonly Target[]) => [...targets].sort(comparePartitions).map(nameOf)
const plural = (items: readonly unknown[]) => (items.length === 1 ? '' : 's')
