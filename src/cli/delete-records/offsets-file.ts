import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import { JavaError } from '../java/errors.ts'
import {
  jsonArray,
  jsonField,
  jsonInteger,
  jsonLong,
  jsonObject,
  jsonText,
  parseJson,
} from '../java/json.ts'

export type DeleteBefore = TopicPartition & { readonly beforeOffset: bigint }

const operation = 'org.apache.kafka.tools.AdminOperationException'
const command = 'org.apache.kafka.tools.AdminCommandFailedException'
const versionEarliest = 1

/** Reads `{"version": 1, "partitions": [{"topic": "t", "partition": 0, "offset": 5}]}`. */
export function parseOffsets(text: string): DeleteBefore[] {
  const json = parseJson(text)
  if (json === undefined) throw new JavaError(operation, 'The input string is not a valid JSON')
  const root = jsonObject(json)
  const version = root.version === undefined ? versionEarliest : jsonInteger(root.version)
  if (version !== versionEarliest) {
    throw new JavaError(operation, `Not supported version field value ${version}`)
  }
  if (root.partitions === undefined) throw new JavaError(operation, 'Missing partitions field')
  const found = jsonArray(root.partitions).map((each) => {
    const fields = jsonObject(each)
    return {
      topic: jsonText(jsonField(fields, 'topic')),
      partition: jsonInteger(jsonField(fields, 'partition')),
      beforeOffset: jsonLong(jsonField(fields, 'offset')),
    }
  })
  ensureOnce(found)
  return found
}

function ensureOnce(found: readonly TopicPartition[]): void {
  const keys = found.map(({ topic, partition }) => partitionKey(topic, partition))
  const twice = new Set(keys.filter((key, index) => keys.indexOf(key) !== index))
  if (twice.size === 0) return
  throw new JavaError(
    command,
    `Offset json file contains duplicate topic partitions: ${[...twice].join(',')}`,
  )
}
