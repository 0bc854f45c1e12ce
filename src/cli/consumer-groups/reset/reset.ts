import { describeTopics } from '../../../client/admin/describe-topics.ts'
import { alterGroupOffsets } from '../../../client/admin/group-offsets.ts'
import { orThrow } from '../../../client/result.ts'
import { KafkaError } from '../../../protocol/errors.ts'
import { javaHashMapOrder } from '../../../protocol/java-hash-map.ts'
import { readNamedFile } from '../../config/file.ts'
import { executionError, JavaError, javaText, runtimeError } from '../../java/errors.ts'
import type { Machine } from '../../machine.ts'
import { UsageError } from '../../options/checks.ts'
import type { Options } from '../../options/options.ts'
import { logEvent } from '../../output/log.ts'
import { logOffsetFault } from '../../output/offset-faults.ts'
import { type Asking, committedOffsets, ensureTopics, offsetsAt } from '../ask.ts'
import { scenarios } from '../checks.ts'
import { nameOf, type TopicPartition } from '../describe/view.ts'
import { nothingToRead, type PlannedOffset, readLong, readShort } from './csv.ts'
import { liveGroups, whoIsThere } from './live.ts'
import {
  inKafkasOrder,
  playScenario,
  type Scene,
  type Target,
  unreadableFile,
  withinBounds,
} from './scenarios.ts'
import { parseTopicArguments } from './topics.ts'

type Reset = {
  asking: Asking
  groupIds: readonly string[]
  options: Options
  machine: Machine
}

type Plan = { groups: number; offsets: (PlannedOffset & { group: string })[] }

/** `--reset-offsets`: where each group is to go on, and with `--execute` it does. */
export async function reset({ asking, groupIds, options, machine }: Reset): Promise<Plan> {
  const groups = javaHashMapOrder([...new Set(groupIds)])
  const live = await liveGroups(asking, groups, { wait: options.has('wait'), machine })
  const plan: Plan['offsets'] = []
  for (const group of groups) {
    const view = live.get(group)
    if (view !== undefined) {
      machine.stdout.write(
        `\nError: Assignments can only be reset if the group '${group}' is inactive, but the current state is ${view.state}.\n`,
      )
      if (machine.stderr.isTerminal) machine.stderr.write(whoIsThere(view))
      continue
    }
    const targets = await targetsOf(group, { asking, groupIds, options, machine })
    if (options.has('execute')) await commit(asking, group, targets)
    plan.push(...inKafkasOrder(targets).map((target) => ({ ...target, group })))
  }
  return { groups: groups.length, offsets: plan }
}

async function commit(asking: Asking, group: string, targets: readonly Target[]): Promise<void> {
  const { cluster, timeoutMs } = asking
  const result = await alterGroupOffsets(cluster, group, targets, { timeoutMs })
  if (!result.ok) throw executionError(result.error)
  for (const each of result.value.values()) if (!each.ok) throw executionError(each.error)
}

async function targetsOf(
  group: string,
  { asking, options, machine, groupIds }: Reset,
): Promise<Target[]> {
  const scene = sceneOf(group, asking, machine)
  const partitions = await partitionsOf(group, { asking, options })
  await ensurePartitions(asking, partitions)
  if (options.has('from-file')) {
    const isOnly = groupIds.length === 1 && options.all('group').length === 1
    return fromFile(group, { path: options.all('from-file')[0]!, isOnly, asking, machine, scene })
  }
  const targets = await playScenario(options, partitions, scene)
  if (targets !== null) return targets
  const names = scenarios.map((scenario) => `[${scenario}]`).join(', ')
  throw new UsageError(
    `Option '[reset-offsets]' requires one of the following scenarios: [${names}]`,
  )
}

function sceneOf(group: string, asking: Asking, machine: Machine): Scene {
  const { stdout, stderr, clock } = machine
  const onFault = (at: TopicPartition, error: KafkaError) => logOffsetFault(at, error, { machine })
  return {
    earliest: (partitions) => offsetsAt(asking, partitions, 'earliest', { onFault }),
    latest: (partitions) => offsetsAt(asking, partitions, 'latest', { onFault }),
    atTime: (partitions, timestamp) => offsetsAt(asking, partitions, timestamp, { onFault }),
    committed: () => committedOffsets(asking, group),
    now: () => clock.now(),
    say: (text) => stdout.write(text),
    warn: (message) =>
      stderr.write(
        logEvent(clock, 'WARN', message, { logger: 'org.apache.kafka.tools.OffsetsUtils' }),
      ),
  }
}

async function partitionsOf(
  group: string,
  { asking, options }: { asking: Asking; options: Options },
): Promise<TopicPartition[]> {
  if (options.has('all-topics')) return [...(await committedOffsets(asking, group)).values()]
  if (options.has('topic')) {
    const { partitions, topics } = parseTopicArguments(options.all('topic'))
    return [...partitions, ...(await allPartitions(asking, topics))]
  }
  if (options.has('from-file')) return []
  throw new UsageError('One of the reset scopes should be defined: --all-topics, --topic.')
}

export async function allPartitions(
  { cluster, timeoutMs }: Asking,
  topics: readonly string[],
): Promise<TopicPartition[]> {
  if (topics.length === 0) return []
  const described = await describeTopics(cluster, topics, { timeoutMs })
  return [...described].flatMap(([topic, result]) =>
    orThrow(result).partitions.map(({ partition }) => ({ topic, partition })),
  )
}

/** Before anything is asked of them: partitions must be there, and have a leader. */
async function ensurePartitions(
  { cluster, timeoutMs }: Asking,
  partitions: readonly TopicPartition[],
): Promise<void> {
  if (partitions.length === 0) return
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  const described = await describeTopics(cluster, topics, { timeoutMs })
  const leaders = new Map<string, number | null>()
  for (const [topic, result] of described) {
    if (!result.ok) throw runtimeError(executionError(result.error))
    for (const { partition, leader } of result.value.partitions) {
      leaders.set(nameOf({ topic, partition }), leader)
    }
  }
  const missing = partitions.map(nameOf).filter((name) => !leaders.has(name))
  if (missing.length > 0) {
    throw new KafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `The partitions "${missing.join(',')}" do not exist`,
    )
  }
  const leaderless = partitions.map(nameOf).filter((name) => leaders.get(name) === null)
  if (leaderless.length > 0) {
    throw new KafkaError(
      'LEADER_NOT_AVAILABLE',
      `The partitions "${leaderless.join(',')}" have no leader`,
    )
  }
}

type FromFile = { path: string; isOnly: boolean; asking: Asking; machine: Machine; scene: Scene }

async function fromFile(
  group: string,
  { path, isOnly, asking, machine, scene }: FromFile,
): Promise<Target[]> {
  const rows = readPlan(group, { path, isOnly, machine })
  if (rows.some(({ offset }) => offset < 0n)) throw new UsageError('Invalid negative offset')
  const own = rows.filter((row) => row.group === group)
  if (own.length === 0) {
    machine.stdout.write(`\nError: No reset plan for group ${group} found\n`)
    return []
  }
  const targets = own.map(({ topic, partition, offset }) => ({ topic, partition, offset }))
  await ensureTopics(asking, targets, (message, error) => {
    machine.stderr.write(
      logEvent(machine.clock, 'ERROR', `[AdminClient clientId=adminclient-1] ${message}`, {
        logger: 'org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy',
        error,
      }),
    )
  })
  return withinBounds(inKafkasOrder(targets), scene)
}

function readPlan(
  group: string,
  { path, isOnly, machine }: { path: string; isOnly: boolean; machine: Machine },
): PlannedOffset[] {
  const text = readPlanFile(path)
  const isBlank = text.split('\n', 1)[0]!.trim() === ''
  const short = isBlank ? nothingToRead() : readShort(text, group)
  if (!(short instanceof JavaError)) return isOnly ? short : readLong(text)
  // Kafka's tool tries the short form first whatever the file is; it does so twice, and shows each time why that failed.
  const why = machine.stderr.isTerminal
    ? [
        `The first line of ${path} is not topic,partition,offset.\n`,
        `Reading ${path} as group,topic,partition,offset.\n`,
      ]
    : [`${javaText(short)}\n`, `${javaText(short)}\n`]
  machine.stderr.write(why[0]!)
  if (isBlank) throw runtimeError(short)
  const plan = readLong(text)
  machine.stderr.write(why[1]!)
  return plan
}

function readPlanFile(path: string): string {
  try {
    return readNamedFile(path)
  } catch {
    throw unreadableFile(path)
  }
}
