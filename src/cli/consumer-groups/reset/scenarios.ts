import { javaHashMapOrder, topicPartitionHash } from '../../../protocol/java-hash-map.ts'
import { illegalArgument, JavaError, runtimeError } from '../../java/errors.ts'
import { parseDateTime, parseDuration } from '../../java/time.ts'
import type { Options } from '../../options/options.ts'
import { type Committed, nameOf, type TopicPartition } from '../describe/view.ts'

/** Where the group is to go on; null where a partition has no such offset. */
export type Target = TopicPartition & { readonly offset: bigint }

/** What a scenario wants to know of the cluster, and what it has to say. */
export type Scene = {
  earliest(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, bigint>>
  latest(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, bigint>>
  /** The first offset at or after a time; a partition without such a record is missing in the answer. */
  atTime(
    partitions: readonly TopicPartition[],
    timestamp: bigint,
  ): Promise<ReadonlyMap<string, bigint>>
  committed(): Promise<ReadonlyMap<string, Committed>>
  now(): number
  /** On stdout, as Kafka's tool. */
  say(text: string): void
  /** In the log. */
  warn(message: string): void
}

/**
 * Kafka's tool reads these before it does anything, whatever its action. Of a repeated --to-offset, --to-datetime or --from-file it
 * takes the first.
 */
export function readScenarioValues(options: Options): void {
  options.longs('to-offset')
  options.text('by-duration')
  options.long('shift-by')
}

/** The scenario that the options name, played for these partitions. */
export async function playScenario(
  options: Options,
  named: readonly TopicPartition[],
  scene: Scene,
): Promise<Target[] | null> {
  const partitions = inKafkasOrder(named)
  const spec = (name: string) => () => `org.apache.kafka.clients.admin.OffsetSpec$${name}Spec@0`
  if (options.has('to-offset')) {
    const offset = options.longs('to-offset')[0]!
    ensureOnce(named, () => String(offset))
    return withinBounds(
      partitions.map((at) => ({ ...at, offset })),
      scene,
    )
  }
  if (options.has('to-earliest')) {
    ensureOnce(named, spec('Earliest'))
    return targets(partitions, await scene.earliest(partitions))
  }
  if (options.has('to-latest')) {
    ensureOnce(named, spec('Latest'))
    return targets(partitions, await scene.latest(partitions))
  }
  if (options.has('to-datetime') || options.has('by-duration')) {
    ensureOnce(named, spec('Timestamp'))
  }
  if (options.has('to-datetime')) {
    return toTime(partitions, dateTimeOf(options.all('to-datetime')[0]!), scene)
  }
  if (options.has('by-duration')) {
    const duration = parseDuration(options.text('by-duration')!)
    return toTime(partitions, scene.now() - duration, scene)
  }
  if (options.has('shift-by')) return shifted(named, options.long('shift-by')!, scene)
  if (options.has('to-current')) return toCurrent(named, scene)
  return null
}

/** Kafka's tool keeps them in a hash map: each once, as it was named last, and in the map's order. */
export function inKafkasOrder<T extends TopicPartition>(targets: readonly T[]): T[] {
  const once = new Map(targets.map((each) => [nameOf(each), each]))
  return javaHashMapOrder([...once.values()], { hash: topicPartitionHash })
}

/** Kafka's tool trips over a partition that is named twice; `text` is what it has for it by then. */
function ensureOnce<T extends TopicPartition>(named: readonly T[], text: (at: T) => string): void {
  const names = named.map(nameOf)
  const twice = named.find((at, index) => names.indexOf(nameOf(at)) < index)
  if (twice === undefined) return
  throw new JavaError(
    'java.lang.IllegalStateException',
    `Duplicate key ${nameOf(twice)} (attempted merging values ${text(twice)} and ${text(twice)})`,
  )
}

function dateTimeOf(text: string): number {
  try {
    return parseDateTime(text)
  } catch (cause) {
    throw runtimeError(cause)
  }
}

/** Offsets that lie outside the log are moved to its nearer end, with a word about it. */
export async function withinBounds(wanted: readonly Target[], scene: Scene): Promise<Target[]> {
  const [starts, ends] = [await scene.earliest(wanted), await scene.latest(wanted)]
  return wanted.map((target) => {
    const name = nameOf(target)
    const [start, end] = [starts.get(name), ends.get(name)]
    if (end !== undefined && target.offset > end) {
      scene.warn(
        `New offset (${target.offset}) is higher than latest offset for topic partition ${name}. Value will be set to ${end}`,
      )
      return { ...target, offset: end }
    }
    if (start !== undefined && target.offset < start) {
      scene.warn(
        `New offset (${target.offset}) is lower than earliest offset for topic partition ${name}. Value will be set to ${start}`,
      )
      return { ...target, offset: start }
    }
    return target
  })
}

function targets(
  partitions: readonly TopicPartition[],
  offsets: ReadonlyMap<string, bigint>,
): Target[] {
  return partitions.flatMap((at) => {
    const offset = offsets.get(nameOf(at))
    return offset === undefined ? [] : [{ ...at, offset }]
  })
}

async function toTime(
  partitions: readonly TopicPartition[],
  time: number,
  scene: Scene,
): Promise<Target[]> {
  const found = await scene.atTime(partitions, BigInt(time))
  const without = partitions.filter((at) => !found.has(nameOf(at)))
  for (const { topic, partition } of without) {
    scene.say(
      `\nWarn: Partition ${partition} from topic ${topic} is empty. Falling back to latest known offset.\n`,
    )
  }
  const ends = without.length === 0 ? new Map<string, bigint>() : await scene.latest(without)
  return targets(partitions, new Map([...found, ...ends]))
}

async function shifted(
  partitions: readonly TopicPartition[],
  by: bigint,
  scene: Scene,
): Promise<Target[]> {
  const committed = await scene.committed()
  const wanted = partitions.map((at) => {
    const commit = committed.get(nameOf(at))
    if (commit === undefined) {
      throw illegalArgument(
        `Cannot shift offset for partition ${nameOf(at)} since there is no current committed offset`,
      )
    }
    return { ...at, offset: commit.offset + by }
  })
  ensureOnce(wanted, ({ offset }) => String(offset))
  return withinBounds(inKafkasOrder(wanted), scene)
}

async function toCurrent(partitions: readonly TopicPartition[], scene: Scene): Promise<Target[]> {
  const committed = await scene.committed()
  const without = partitions.filter((at) => !committed.has(nameOf(at)))
  const ends = without.length === 0 ? new Map<string, bigint>() : await scene.latest(without)
  ensureOnce(
    partitions.filter((at) => committed.has(nameOf(at))),
    (at) => {
      const { offset, leaderEpoch } = committed.get(nameOf(at))!
      return `OffsetAndMetadata{offset=${offset}, leaderEpoch=${leaderEpoch}, metadata=''}`
    },
  )
  const current = [...committed].map(([name, { offset }]) => [name, offset] as const)
  return targets(partitions, new Map([...current, ...ends]))
}

export function unreadableFile(path: string): JavaError {
  return runtimeError(new JavaError('java.io.IOException', `Unable to read file ${path}`))
}
