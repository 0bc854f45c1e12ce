import { zeroUuid } from '../../base/uuid.ts'
import { createPartitions, createTopics, deleteTopics } from '../../client/admin/topics.ts'
import type { Cluster } from '../../client/cluster.ts'
import type { Result } from '../../client/result.ts'
import { unnamedTopic } from '../../client/unnamed-topic.ts'
import { openAdmin } from '../admin.ts'
import { illegalArgument, JavaError, messageOf } from '../java/errors.ts'
import { parseUuid } from '../java/uuid.ts'
import type { Machine } from '../machine.ts'
import { UsageError } from '../options/checks.ts'
import { kafkaVersion } from '../options/common.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { nearest } from '../output/hints.ts'
import { withSpinner } from '../output/spinner.ts'
import { findServer } from '../server.ts'
import { executionFailure, isClosedPipe, type ToolFailure, traced } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { describedTopics, liveBrokers, topicNames, topicViewById, topicViews } from './ask.ts'
import { type Action, ensureSensible, onlyAction } from './checks.ts'
import { topicsDeclaration } from './declaration.ts'
import { ensureSome, matchingTopics } from './pattern.ts'
import { canCollide, collisionWarning, ensureCreatable, topicRequest } from './request.ts'
import { showNames, showTopics } from './show.ts'
import { type Report, reported, type TopicView } from './view.ts'

export const topics: Tool = { declaration: topicsDeclaration, run }

async function run(machine: Machine): Promise<number> {
  const opened = await open(machine)
  if (opened === null) return 0
  const { options, action, cluster } = opened
  try {
    await withSpinner(machine, 'asking the cluster', (quiet) =>
      actions[action]({ options, cluster, machine: quiet }),
    )
    return 0
  } catch (error) {
    const isOurs = isClosedPipe(error) || error instanceof UsageError
    throw isOurs ? error : executing(error, { cluster, machine })
  } finally {
    cluster.close()
  }
}

type Opened = { options: Options; action: Action; cluster: Cluster }

/** Everything before the first question to a broker; null when there is nothing more to do. */
async function open(machine: Machine): Promise<Opened | null> {
  const { argv, stdout, stderr } = machine
  try {
    const options = parse(argv, topicsDeclaration.options)
    if (argv.length === 0) throw new UsageError(topicsDeclaration.summary)
    if (options.has('help')) throw new UsageError(topicsDeclaration.helpSummary)
    if (options.has('version')) {
      stdout.write(`${kafkaVersion}\n`)
      return null
    }
    const action = onlyAction(options)
    if (options.has('delete-config')) stderr.write(deleteConfigWarning)
    const server = await findServer(options, machine)
    if (server.kind === 'none') {
      const cause = illegalArgument('--bootstrap-server must be specified')
      throw traced(cause, { hint: server.why })
    }
    ensureSensible(options, action)
    if (action === 'describe' && options.has('if-exists') && hasTopicAndId(options)) {
      stdout.write(onlyIdNote)
    }
    const tool = topicsDeclaration.name
    return { options, action, cluster: await openAdmin(options, { tool, server, machine }) }
  } catch (error) {
    throw error instanceof JavaError ? traced(error) : error
  }
}

const deleteConfigWarning =
  'delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.\n'
const onlyIdNote =
  'Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID\n'

const hasTopicAndId = (options: Options) => options.has('topic') && options.has('topic-id')

// From then on the message goes to stdout, and the exception into the log.
function executing(
  cause: unknown,
  { cluster, machine: { clock } }: { cluster: Cluster; machine: Machine },
): ToolFailure {
  return executionFailure(cause, {
    what: 'topic',
    logger: 'org.apache.kafka.tools.TopicCommand',
    clock,
    hint: hintFor(messageOf(cause) ?? '', cluster),
  })
}

function hintFor(message: string, { cache }: Cluster): string | null {
  const missing = /^Topic '(.*)' does not exist as expected$/.exec(message)?.[1]
  const meant = missing === undefined ? null : nearest(missing, cache.topics.keys())
  return meant === null ? null : `There is a topic ${meant}.`
}

type Run = { options: Options; cluster: Cluster; machine: Machine }

const actions: { readonly [A in Action]: (run: Run) => Promise<void> } = {
  create,
  list,
  describe,
  alter,
  delete: remove,
}

async function create({ options, cluster, machine: { stdout } }: Run): Promise<void> {
  const request = topicRequest(options)
  const { name, partitions, replicationFactor, assignment, configs } = request
  if (canCollide(name)) stdout.write(collisionWarning)
  ensureCreatable(request)
  ensureName(name)
  const results = await createTopics(cluster, [
    {
      name,
      configs: Object.fromEntries(configs),
      ...(partitions === undefined ? {} : { partitions }),
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      ...(assignment === undefined ? {} : { assignments: assignment }),
    },
  ])
  const result = results.get(name)!
  if (result.ok) stdout.write(`Created topic ${name}.\n`)
  else if (!(result.error.error === 'TOPIC_ALREADY_EXISTS' && options.has('if-not-exists'))) {
    throw result.error
  }
}

function ensureName(name: string): void {
  if (name === '') throw unnamedTopic()
}

async function list({ options, cluster, machine }: Run): Promise<void> {
  const form = chosenForm(options, machine)
  const found = await matching(options, cluster)
  await showNames(found, { form, machine })
}

async function describe({ options, cluster, machine }: Run): Promise<void> {
  const form = chosenForm(options, machine)
  const views = await toDescribe(options, cluster)
  const report: Report = {
    underReplicated: options.has('under-replicated-partitions'),
    unavailable: options.has('unavailable-partitions'),
    underMinIsr: options.has('under-min-isr-partitions'),
    atMinIsr: options.has('at-min-isr-partitions'),
    overrides: options.has('topics-with-overrides'),
  }
  const live = await liveBrokers(cluster)
  const shown = reported(views, { report, liveBrokers: live })
  await showTopics(shown, { report, form, machine })
}

async function toDescribe(options: Options, cluster: Cluster): Promise<TopicView[]> {
  const idText = options.text('topic-id')
  const topicId = idText === undefined ? zeroUuid : parseUuid(idText)
  if (topicId === zeroUuid) {
    const found = await matchingOrFail(options, cluster)
    // A page of the answer is as large as the broker makes it; the option has to be a number all the same.
    options.integer('partition-size-limit-per-response')
    return topicViews(cluster, found)
  }
  const known = await idsOf(cluster)
  if (known.has(topicId)) return topicViewById(cluster, topicId)
  if (options.has('if-exists')) return []
  throw illegalArgument(`TopicId '${topicId}' does not exist as expected`)
}

async function idsOf(cluster: Cluster): Promise<ReadonlySet<string>> {
  await topicNames(cluster)
  return new Set([...cluster.cache.topics.values()].map(({ topicId }) => topicId))
}

async function matching(options: Options, cluster: Cluster): Promise<string[]> {
  return matchingTopics(await topicNames(cluster), {
    pattern: options.text('topic'),
    excludeInternal: options.has('exclude-internal'),
  })
}

async function matchingOrFail(options: Options, cluster: Cluster): Promise<string[]> {
  const found = await matching(options, cluster)
  ensureSome(found, { pattern: options.text('topic'), required: !options.has('if-exists') })
  return found
}

async function alter({ options, cluster }: Run): Promise<void> {
  const { partitions, assignment } = topicRequest(options)
  const found = await matchingOrFail(options, cluster)
  if (found.length === 0) return
  const described = await describedTopics(cluster, found)
  const wanted = described.map(({ name, partitions: existing }) => {
    // The assignment names all partitions; those that exist stay as they are.
    const added = assignment?.slice(existing.length)
    const count = partitions!
    return [name, added === undefined ? { count } : { count, assignments: added }] as const
  })
  throwFirst(await createPartitions(cluster, new Map(wanted)))
}

async function remove({ options, cluster }: Run): Promise<void> {
  const found = await matchingOrFail(options, cluster)
  if (found.length > 0) throwFirst(await deleteTopics(cluster, found))
}

function throwFirst(results: ReadonlyMap<string, Result<unknown>>): void {
  for (const result of results.values()) if (!result.ok) throw result.error
}
