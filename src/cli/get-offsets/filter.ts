/** Which partitions are meant. */
import { JavaError, runtimeError } from '../java/errors.ts'
import { isJavaInteger } from '../java/numbers.ts'
import { javaSplit } from '../java/text.ts'
import type { Options } from '../options/options.ts'
import { topicPattern } from '../topic-pattern.ts'

export type PartitionFilter = {
  /** Whether any partition of the topic may be meant. */
  topic(name: string): boolean
  partition(topic: string, partition: number): boolean
}

/** What makes the tool end with its sentence alone; Kafka calls it terse. */
export const terse = 'org.apache.kafka.tools.TerseException'

export function partitionFilter(options: Options): PartitionFilter {
  const rules = options.text('topic-partitions')
  if (rules !== undefined) return anyOf(javaSplit(rules, ',').map(parseRule))
  const pattern = options.text('topic')
  const isTopic = pattern === undefined ? () => true : topicPattern(pattern).matches
  const numbers = parsePartitions(options.text('partitions') ?? '')
  return {
    topic: isTopic,
    partition: (topic, partition) =>
      isTopic(topic) && (numbers.size === 0 || numbers.has(partition)),
  }
}

function anyOf(filters: readonly PartitionFilter[]): PartitionFilter {
  return {
    topic: (name) => filters.some((each) => each.topic(name)),
    partition: (topic, partition) => filters.some((each) => each.partition(topic, partition)),
  }
}

function parsePartitions(text: string): ReadonlySet<number> {
  const numbers = javaSplit(text, ',').filter((each) => each !== '')
  if (!numbers.every(isJavaInteger)) {
    throw new JavaError(
      terse,
      `--partitions expects a comma separated list of numeric partition ids, but received: ${text}`,
    )
  }
  return new Set(numbers.map(Number))
}

const rule = /^([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?$/

/** `orders:1`, `orders:0-3`, `orders:5-`, `orders:-3`, `orders`; the upper end is not included. */
export function parseRule(text: string): PartitionFilter {
  const match = rule.exec(text)
  if (match === null) {
    throw runtimeError(new JavaError(terse, `Invalid rule specification: ${text}`))
  }
  const [, topic = '', single = '', first = '', end = ''] = match
  const isTopic = topic === '' ? () => true : topicPattern(topic).matches
  const lowest = single === '' ? bound(first, 0) : bound(single, 0)
  const above = single === '' ? bound(end, Number.MAX_SAFE_INTEGER) : lowest + 1
  return {
    topic: isTopic,
    partition: (name, partition) => isTopic(name) && partition >= lowest && partition < above,
  }
}

function bound(digits: string, otherwise: number): number {
  if (digits === '') return otherwise
  if (isJavaInteger(digits)) return Number(digits)
  throw new JavaError('java.lang.NumberFormatException', `For input string: "${digits}"`)
}
