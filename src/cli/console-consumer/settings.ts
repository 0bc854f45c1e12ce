import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { parsePairs, readProperties } from '../config/file.ts'
import { isJavaLong } from '../java/numbers.ts'
import { requireExactlyOne, requireOptions, UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'
import type { Condition } from '../records/where.ts'
import { type FormatterChoice, formatterChoice } from './formatters/choice.ts'
import { acceptance } from './select/accept.ts'
import { type RangeWish, rangeWish } from './select/range.ts'

/** Everything that the command line says, checked in the order of Kafka's tool. */
export type Settings = {
  readonly properties: ReadonlyMap<string, string>
  readonly partition: number | undefined
  /** Where to begin in the partition. */
  readonly offset: 'earliest' | 'latest' | bigint
  readonly timeoutMs: bigint
  readonly formatter: FormatterChoice
  /** The part of the topic that is wanted; null leaves it to group and offsets, as in Kafka's tool. */
  readonly range: RangeWish | null
  /** Which records of it; null for all. */
  readonly accepts: Condition | null
}

export type Say = {
  readonly out: (text: string) => void
  readonly random: () => number
  readonly now: number
}

export function consumerSettings(
  options: Options,
  { out, random, now, needsServer }: Say & { needsServer: boolean },
): Settings {
  ensureSensible(options, { needsServer })
  refusePair(options, 'consumer-property', 'command-property')
  refusePair(options, 'consumer.config', 'command-config')
  const properties = collectProperties(options, out)
  const partition = options.integer('partition')
  const named = [options.text('group'), ...properties.groups].filter((each) => each !== undefined)
  const groups = javaHashMapOrder([...new Set(named)])
  if (groups.length > 1) {
    throw new UsageError(
      "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. " +
        `Detected group ids: ${groups.map((group) => `'${group}'`).join(', ')}`,
    )
  }
  if (groups.length > 0 && partition !== undefined) {
    throw new UsageError('Options group and partition cannot be specified together.')
  }
  return {
    properties: completed(options, properties.merged, groups[0], random),
    partition,
    offset: startOffset(options),
    timeoutMs: options.long('timeout-ms') ?? -1n,
    formatter: formatterChoice(options, out),
    range: rangeWish(options, { partition, now }),
    accepts: acceptance(options, { random, now }),
  }
}

function ensureSensible(options: Options, { needsServer }: { needsServer: boolean }): void {
  requireExactlyOne(options, ['topic', 'include'])
  const isOfOne = options.integer('partition') !== undefined
  if (isOfOne && !options.has('topic')) {
    throw new UsageError('The topic is required when partition is specified.')
  }
  if (isOfOne && options.has('from-beginning') && options.has('offset')) {
    throw new UsageError('Options from-beginning and offset cannot be specified together.')
  }
  if (options.has('offset') && !isOfOne) {
    throw new UsageError('The partition is required when offset is specified.')
  }
  if (needsServer) requireOptions(options, 'bootstrap-server')
}

export function refusePair(options: Options, a: string, b: string): void {
  if (options.has(a) && options.has(b)) {
    throw new UsageError(`Options --${a} and --${b} cannot be specified together.`)
  }
}

/** On stdout, so in Kafka, where it stands among the data. */
export function deprecated(options: Options, old: string, fresh: string, out: Say['out']): void {
  if (!options.has(old)) return
  out(
    `Option --${old} is deprecated and will be removed in a future version. Use --${fresh} instead.\n`,
  )
}

function collectProperties(options: Options, out: Say['out']) {
  deprecated(options, 'consumer-property', 'command-property', out)
  deprecated(options, 'consumer.config', 'command-config', out)
  const file = options.text('command-config') ?? options.text('consumer.config')
  const fromFile = file === undefined ? new Map<string, string>() : readProperties(file)
  const given = parsePairs([
    ...options.all('command-property'),
    ...options.all('consumer-property'),
  ])
  return {
    merged: new Map([...fromFile, ...given]),
    groups: [fromFile.get('group.id'), given.get('group.id')],
  }
}

const randomGroups = 100_000

function completed(
  options: Options,
  given: ReadonlyMap<string, string>,
  group: string | undefined,
  random: () => number,
): Map<string, string> {
  const properties = new Map(given)
  const reset = given.get('auto.offset.reset')
  const fromBeginning = options.has('from-beginning')
  if (fromBeginning && reset !== undefined && reset !== 'earliest') {
    throw new UsageError(
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', please remove one option`,
      { withHelp: false },
    )
  }
  properties.set('auto.offset.reset', reset ?? (fromBeginning ? 'earliest' : 'latest'))
  if (options.has('isolation-level') || !given.has('isolation.level')) {
    properties.set('isolation.level', options.text('isolation-level')!)
  }
  if (!properties.has('client.id')) properties.set('client.id', 'console-consumer')
  if (group === undefined) {
    properties.set('group.id', `console-consumer-${Math.floor(random() * randomGroups)}`)
    if (!given.has('enable.auto.commit')) properties.set('enable.auto.commit', 'false')
  } else {
    properties.set('group.id', group)
  }
  return properties
}

function startOffset(options: Options): Settings['offset'] {
  if (!options.has('offset')) return options.has('from-beginning') ? 'earliest' : 'latest'
  const text = options.text('offset')!
  const lower = text.toLowerCase()
  if (lower === 'earliest' || lower === 'latest') return lower
  if (!isJavaLong(text) || BigInt(text.replace('+', '')) < 0n) {
    throw new UsageError(
      `The provided offset value '${text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`,
    )
  }
  return BigInt(text.replace('+', ''))
}
