import {
  describeCluster,
  listPartitionReassignments,
  movePartitions,
} from '../../client/admin/cluster.ts'
import type { Cluster } from '../../client/cluster.ts'
import {
  byTopic,
  comparePartitions,
  partitionKey,
  type TopicPartition,
} from '../../client/topic-partition.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { withCluster } from '../admin.ts'
import { executionError, JavaError, messageOf } from '../java/errors.ts'
import { javaHashMapOrder, topicPartitionHash } from '../java/hash-map.ts'
import type { Machine } from '../machine.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { jsonLine } from '../output/json.ts'
import { exceptionText } from '../output/log.ts'
import { show } from '../output/show.ts'
import { findServer } from '../server.ts'
import { isTold, ToolFailure, uncaught } from '../tell.ts'
import type { Tool } from '../tool.ts'
import {
  assignmentJson,
  ensureBrokers,
  replicasIfAny,
  replicasOf,
  replicasOfTopics,
} from './ask.ts'
import { type Action, onlyAction } from './checks.ts'
import { reassignPartitionsDeclaration as declaration } from './declaration.ts'
import { dirMoveLine, dirMoveStates, dirMovesOf, startDirMoves } from './dir-moves.ts'
import {
  commandFailed,
  ensureMovable,
  parseBrokers,
  parseTargets,
  parseTopics,
  read,
  type Target,
} from './files.ts'
import { propose } from './propose.ts'
import { clearThrottles, setDirThrottle, setThrottle } from './throttles.ts'

export const reassignPartitions: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const options = parsed(machine)
  if (isVersionAlone(options, declaration, machine)) return 0
  try {
    const server = await findServer(options, machine)
    const action = onlyAction(options, { needsServer: server.kind === 'none' })
    const at = { tool: declaration.name, server, machine }
    return await withCluster(options, at, async (cluster, quiet) => {
      const isData = action !== 'list' && chosenForm(options, quiet) === 'json'
      // For a program, what Kafka's tool says is talk.
      const said = isData ? { ...quiet, stdout: quiet.stderr } : quiet
      const data = await perform[action]({ options, cluster, machine: said })
      if (isData) quiet.stdout.write(jsonLine(data))
      return 0
    })
  } catch (error) {
    throw isTold(error) ? error : told(error)
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
function told(cause: unknown): ToolFailure {
  const error = isOfController(cause) ? executionError(cause) : cause
  const message = messageOf(error) ?? 'null'
  const stdout = `Error: ${message}\n${exceptionText(error)}\n`
  return new ToolFailure(message, { stdout, cause: error })
}

// What comes of the first question, whichever it is.
function isOfController(error: unknown): boolean {
  return error instanceof KafkaError && error.error === 'MISMATCHED_ENDPOINT_TYPE'
}

type Run = { options: Options; cluster: Cluster; machine: Machine }

/** What an action gives is for `--output json`. */
const perform: { readonly [A in Action]: (run: Run) => Promise<unknown> } = {
  generate,
  execute,
  verify,
  cancel,
  list,
}

async function generate({ options, cluster, machine: { stdout } }: Run): Promise<unknown> {
  const text = read(options.text('topics-to-move-json-file')!)
  const wanted = parseBrokers(options.text('broker-list')!)
  const topics = parseTopics(text)
  const current = await replicasOfTopics(cluster, topics)
  const isRackAware = !options.has('disable-rack-aware')
  const brokers = (await describeCluster(cluster)).nodes
    .filter(({ id }) => wanted.includes(id))
    .map(({ id, rack }) => ({ id, rack: isRackAware ? rack : null }))
  const { random } = cluster.settings.host
  const proposed = [...byTopic(current)].flatMap(([topic, list]) => {
    const start = Math.floor(random.number() * brokers.length)
    // Kafka's tool asks the partition that comes first in its hash map.
    const [first] = javaHashMapOrder(list, { hash: topicPartitionHash })
    const shape = { partitions: list.length, replicas: first!.replicas.length, start }
    return propose(brokers, shape).map((replicas, index) => ({
      topic,
      partition: list[index]!.partition,
      replicas,
    }))
  })
  const [now, then] = [await assignmentJson(cluster, current), await assignmentJson(null, proposed)]
  stdout.write(`Current partition replica assignment\n${now}\n\n`)
  stdout.write(`Proposed partition reassignment configuration\n${then}\n`)
  return { current: JSON.parse(now), proposed: JSON.parse(then) }
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

async function verify({ options, cluster, machine: { stdout } }: Run): Promise<unknown> {
  const targets = parseTargets(read(options.text('reassignment-json-file')!))
  const active = new Set((await listPartitionReassignments(cluster)).map(nameOf))
  const current = await replicasIfAny(cluster, targets)
  const partitions = [...targets].sort(comparePartitions).map((target) => {
    const name = nameOf(target)
    const replicas = current.get(name) ?? []
    const isThere = replicas.join(',') === target.replicas.join(',')
    const state = active.has(name) ? 'in-progress' : isThere ? 'completed' : 'not-active'
    return { ...placeOf(target), state, replicas, wanted: target.replicas }
  })
  const lines = partitions.map((each) => `${partitionLine(each)}\n`)
  stdout.write(`Status of partition reassignment:\n${lines.join('')}`)
  const dirMoves = [...(await dirMoveStates(cluster, dirMovesOf(targets)))]
  stdout.write(`${dirMoves.map(([move, state]) => dirMoveLine(move, state)).join('\n')}\n`)
  const isGoingOn =
    targets.some((target) => active.has(nameOf(target))) ||
    dirMoves.some(([, { kind }]) => kind === 'active')
  if (!isGoingOn && !options.has('preserve-throttles')) {
    await clearThrottles(cluster, targets, (text) => stdout.write(text))
  }
  const directories = dirMoves.map(([move, { kind }]) => ({ ...move, state: kind }))
  return { partitions, directories }
}

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

async function list({ options, cluster, machine }: Run): Promise<void> {
  const form = chosenForm(options, machine)
  const active = (await listPartitionReassignments(cluster)).sort(comparePartitions)
  const side = (word: string, ids: readonly number[]) =>
    ids.length === 0 ? '' : ` ${word}: ${ids.join(',')}.`
  await show(
    {
      json: () => active,
      plain: () =>
        active.length === 0
          ? 'No partition reassignments found.\n'
          : `Current partition reassignments:\n${active
              .map(
                (each) =>
                  `${nameOf(each)}: replicas: ${each.replicas.join(',')}.${side('adding', each.addingReplicas)}${side('removing', each.removingReplicas)}\n`,
              )
              .join('')}`,
      table: () => ({
        head: ['TOPIC', 'PARTITION', 'REPLICAS', 'ADDING', 'REMOVING'],
        rows: active.map((each) => [
          each.topic,
          String(each.partition),
          each.replicas.join(','),
          each.addingReplicas.join(','),
          each.removingReplicas.join(','),
        ]),
        aligns: ['left', 'right', 'left', 'left', 'left'],
      }),
    },
    { form, machine },
  )
}

function partitionLine({
  state,
  replicas,
  wanted,
  ...place
}: TopicPartition & {
  state: string
  replicas: readonly number[]
  wanted: readonly number[]
}): string {
  const name = nameOf(place)
  if (state === 'in-progress') return `Reassignment of partition ${name} is still in progress.`
  if (state === 'completed') return `Reassignment of partition ${name} is completed.`
  return `There is no active reassignment of partition ${name}, but replica set is ${replicas.join(',')} rather than ${wanted.join(',')}.`
}

const placeOf = ({ topic, partition }: TopicPartition) => ({ topic, partition })
const nameOf = ({ topic, partition }: Pick<Target, 'topic' | 'partition'>) =>
  partitionKey(topic, partition)
const names = (targets: readonly Target[]) => [...targets].sort(comparePartitions).map(nameOf)
const plural = (items: readonly unknown[]) => (items.length === 1 ? '' : 's')
