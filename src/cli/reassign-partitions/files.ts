import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import { readNamedFile } from '../config/file.ts'
import { JavaError } from '../java/errors.ts'
import {
  jsonArray,
  jsonField,
  jsonInteger,
  jsonList,
  jsonObject,
  jsonText,
  tryJson,
} from '../java/json.ts'
import { javaSplit } from '../java/text.ts'

export type Target = TopicPartition & {
  readonly replicas: readonly number[]
  /** Where each of them is to lie, or `any`; absent: as `any`. */
  readonly dirs?: readonly string[]
}

export const commandFailed = (message: string, options?: ErrorOptions): JavaError =>
  new JavaError('org.apache.kafka.tools.AdminCommandFailedException', message, options)
const operation = (message: string): JavaError =>
  new JavaError('org.apache.kafka.tools.AdminOperationException', message)

export function read(path: string): string {
  try {
    return readNamedFile(path)
  } catch {
    throw new JavaError('java.io.IOException', `Unable to read file ${path}`)
  }
}

/** What --reassignment-json-file holds; what is wrong with the targets themselves is looked at by `ensureMovable`. */
export function parseTargets(text: string): Target[] {
  const root = versioned(text, null)
  const found = root.partitions === undefined ? [] : jsonArray(root.partitions)
  return found.map((each) => {
    const fields = jsonObject(each)
    const topic = jsonText(jsonField(fields, 'topic'))
    const partition = jsonInteger(jsonField(fields, 'partition'))
    const replicas = jsonList(jsonField(fields, 'replicas'), jsonInteger)
    const dirs = fields.log_dirs === undefined ? null : jsonList(fields.log_dirs, jsonText)
    if (dirs === null) return { topic, partition, replicas }
    ensureDirs({ topic, partition, replicas }, dirs)
    return { topic, partition, replicas, dirs }
  })
}

function ensureDirs({ topic, partition, replicas }: Target, dirs: readonly string[]): void {
  if (dirs.length === replicas.length) return
  throw commandFailed(
    `Size of replicas list [${replicas.join(', ')}] is different from size of log dirs list [${dirs.join(', ')}] for partition ${partitionKey(topic, partition)}`,
  )
}

/** `fault` is what is said of a text that is no JSON; null leaves it to Jackson. */
function versioned(text: string, fault: string | null) {
  const read = tryJson(text)
  if (!read.ok) throw operation(text === '' ? read.fault : (fault ?? read.fault))
  const root = jsonObject(read.value)
  const version = root.version === undefined ? 1 : jsonInteger(root.version)
  if (version !== 1) throw operation(`Not supported version field value ${version}`)
  return root
}

/** What --execute asks of the targets before anything is looked up. */
export function ensureMovable(targets: readonly Target[]): void {
  if (targets.length === 0) throw commandFailed('Partition reassignment list cannot be empty')
  if (targets.some(({ replicas }) => replicas.length === 0)) {
    throw commandFailed('Partition replica list cannot be empty')
  }
  const keys = targets.map(({ topic, partition }) => partitionKey(topic, partition))
  const twice = duplicates(keys)
  if (twice.length > 0) {
    throw commandFailed(
      `Partition reassignment contains duplicate topic partitions: ${twice.join(',')}`,
    )
  }
  const faults = targets.flatMap(({ replicas }, index) => {
    const again = duplicates(replicas)
    return again.length === 0
      ? []
      : [`${keys[index]} contains multiple entries for ${again.join(',')}`]
  })
  if (faults.length > 0) {
    throw commandFailed(
      `Partition replica lists may not contain duplicate entries: ${faults.join('. ')}`,
    )
  }
}

/** What --topics-to-move-json-file holds. */
export function parseTopics(text: string): string[] {
  const root = versioned(text, 'The input string is not a valid JSON')
  const found = root.topics === undefined ? [] : jsonArray(root.topics)
  const topics = found.map((each) => jsonText(jsonField(jsonObject(each), 'topic')))
  const twice = duplicates(topics)
  if (twice.length === 0) return topics
  throw commandFailed(
    `List of topics to reassign contains duplicate entries: [${twice.join(', ')}]`,
  )
}

export function parseBrokers(text: string): number[] {
  const brokers = javaSplit(text, ',').map((each) => {
    if (/^[+-]?\d+$/.test(each)) return Number(each)
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${each}"`)
  })
  const twice = duplicates(brokers)
  if (twice.length === 0) return brokers
  throw commandFailed(`Broker list contains duplicate entries: [${twice.join(', ')}]`)
}

function duplicates<T>(items: readonly T[]): T[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))]
}
