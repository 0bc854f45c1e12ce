import { compactionLagFault, valuesFault } from '../../protocol/configs/rules.ts'
import { topicConfigs } from '../../protocol/configs/topic.ts'
import { configValue } from '../../protocol/configs.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { configError, illegalArgument, JavaError } from '../java/errors.ts'
import { isJavaInteger } from '../java/numbers.ts'
import { javaSplit } from '../java/text.ts'
import type { Options } from '../options/options.ts'

/** The topic to create or to alter, as the command line tells it. */
export type TopicRequest = {
  readonly name: string
  readonly partitions: number | undefined
  readonly replicationFactor: number | undefined
  /** The brokers of each partition, from 0 on. */
  readonly assignment: readonly (readonly number[])[] | undefined
  readonly configs: ReadonlyMap<string, string>
}

/** Reads and checks the options in Kafka's order, which decides what is told when two are wrong. */
export function topicRequest(options: Options): TopicRequest {
  const name = options.text('topic') ?? ''
  const partitions = options.integer('partitions')
  const replicationFactor = options.integer('replication-factor')
  const assignmentText = options.text('replica-assignment')
  const assignment = assignmentText ? parseAssignment(assignmentText) : []
  const configs = parseTopicConfigs(options.all('config'))
  return {
    name,
    partitions,
    replicationFactor,
    // A text of commas alone names nobody.
    assignment: assignment.length > 0 ? assignment : undefined,
    configs,
  }
}

const replicationFactorMax = 32767

export function ensureCreatable({ partitions, replicationFactor }: TopicRequest): void {
  if (
    replicationFactor !== undefined &&
    (replicationFactor < 1 || replicationFactor > replicationFactorMax)
  ) {
    throw illegalArgument(
      `The replication factor must be between 1 and ${replicationFactorMax} inclusive`,
    )
  }
  if (partitions !== undefined && partitions < 1) {
    throw illegalArgument('The partitions must be greater than 0')
  }
}

/** `1:2,2:3`: partitions by comma, the brokers of each by colon. */
export function parseAssignment(text: string): number[][] {
  const assignment: number[][] = []
  for (const [partition, part] of javaSplit(text, ',').entries()) {
    const brokers = javaSplit(part, ':').map((each) => brokerId(each.trim()))
    const twice = [...new Set(brokers.filter((each, index) => brokers.indexOf(each) !== index))]
    if (twice.length > 0) {
      throw new JavaError(
        'org.apache.kafka.tools.AdminCommandFailedException',
        `Partition replica lists may not contain duplicate entries: ${twice.join(',')}`,
      )
    }
    assignment.push(brokers)
    if (brokers.length !== assignment[0]!.length) {
      throw new JavaError(
        'org.apache.kafka.tools.AdminOperationException',
        `Partition ${partition} has different replication factor: [${brokers.join(', ')}]`,
      )
    }
  }
  return assignment
}

function brokerId(text: string): number {
  if (isJavaInteger(text)) return Number(text)
  throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`)
}

/** `--config name=value`; names and values are judged here, before anything is asked of a broker. */
export function parseTopicConfigs(texts: readonly string[]): Map<string, string> {
  const configs = new Map<string, string>()
  for (const text of texts) {
    const pair = javaSplit(text, /[ \t\n\v\f\r]*=[ \t\n\v\f\r]*/)
    if (pair.length !== 2) {
      throw illegalArgument(
        'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
      )
    }
    configs.set(pair[0]!.trim(), pair[1]!.trim())
  }
  const unknown = javaHashMapOrder([...configs.keys()]).find(
    (name) => !Object.hasOwn(topicConfigs, name),
  )
  if (unknown !== undefined) {
    throw new KafkaError('INVALID_CONFIG', `Unknown topic config name: ${unknown}`)
  }
  ensureValid(configs)
  return configs
}

function ensureValid(configs: ReadonlyMap<string, string>): void {
  const wrong = valuesFault(topicConfigs, configs)
  if (wrong !== null) throw configError(wrong)
  const lag = (name: 'min.compaction.lag.ms' | 'max.compaction.lag.ms') => {
    const text = configs.get(name)
    return text === undefined ? topicConfigs[name].default! : configValue(topicConfigs[name], text)
  }
  const fault = compactionLagFault(lag('min.compaction.lag.ms'), lag('max.compaction.lag.ms'))
  if (fault !== null) throw new KafkaError('INVALID_CONFIG', fault)
}

// In metrics a period turns into an underscore.
export function canCollide(name: string): boolean {
  return /[._]/.test(name)
}

export const collisionWarning =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.\n"
