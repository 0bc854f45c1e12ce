import { type ElectionType, electionTypes } from '../../client/admin/elect-leaders.ts'
import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import { readNamedFile } from '../config/file.ts'
import { exceptionOf, JavaError, runtimeError } from '../java/errors.ts'
import { jsonArray, jsonField, jsonInteger, jsonObject, jsonText, parseJson } from '../java/json.ts'
import type { Options } from '../options/options.ts'

export type ElectionRequest = {
  readonly type: ElectionType
  /** Null for all. */
  readonly partitions: readonly TopicPartition[] | null
}

const failed = (message: string) =>
  new JavaError('org.apache.kafka.tools.AdminCommandFailedException', message)
const wrong = (message: string) =>
  new JavaError('org.apache.kafka.tools.AdminOperationException', message)

const places = ['topic', 'all-topic-partitions', 'path-to-json-file'] as const

export function ensureComplete(options: Options, { needsServer }: { needsServer: boolean }): void {
  const missing = [
    ...(needsServer ? ['bootstrap-server'] : []),
    ...(options.has('election-type') ? [] : ['election-type']),
  ]
  ensureNone(missing)
  if (places.filter((name) => options.has(name)).length !== 1) {
    throw failed(`One and only one of the following options is required: ${places.join(', ')}`)
  }
  if (options.has('topic')) ensureNone(options.has('partition') ? [] : ['partition'])
  else if (options.has('partition')) {
    throw failed('Option partition is only allowed if topic is used')
  }
}

function ensureNone(missing: readonly string[]): void {
  if (missing.length > 0) throw failed(`Missing required option(s): ${missing.join(', ')}`)
}

export function electionRequest(options: Options): ElectionRequest {
  const type = typeOf(options.text('election-type')!)
  const file = options.text('path-to-json-file')
  if (file !== undefined) return { type, partitions: partitionsOf(read(file)) }
  const topic = options.text('topic')
  if (topic === undefined) return { type, partitions: null }
  return { type, partitions: [{ topic, partition: options.integer('partition')! }] }
}

function typeOf(text: string): ElectionType {
  const name = text.toUpperCase()
  if (Object.hasOwn(electionTypes, name)) return name as ElectionType
  throw new JavaError(
    'joptsimple.OptionArgumentConversionException',
    `Cannot parse argument '${text}' of option election-type`,
  )
}

function read(path: string): string {
  try {
    return readNamedFile(path)
  } catch {
    throw runtimeError(new JavaError('java.io.IOException', `Unable to read file ${path}`))
  }
}

// What the reader of JSON says comes out as the cause of another exception.
function partitionsOf(text: string): TopicPartition[] {
  try {
    return parsePartitions(text)
  } catch (error) {
    throw exceptionOf(error).startsWith('com.fasterxml.') ? runtimeError(error) : error
  }
}

export function parsePartitions(text: string): TopicPartition[] {
  const json = parseJson(text)
  if (json === undefined) throw wrong('Replica election data is empty')
  const { partitions } = jsonObject(json)
  if (partitions === undefined) throw wrong('Replica election data is missing "partitions" field')
  const found = jsonArray(partitions).map((each) => {
    const fields = jsonObject(each)
    return {
      topic: jsonText(jsonField(fields, 'topic')),
      partition: jsonInteger(jsonField(fields, 'partition')),
    }
  })
  const keys = found.map(({ topic, partition }) => partitionKey(topic, partition))
  const twice = new Set(keys.filter((key, index) => keys.indexOf(key) !== index))
  if (twice.size > 0) {
    throw wrong(`Replica election data contains duplicate partitions: [${[...twice].join(', ')}]`)
  }
  return found
}
