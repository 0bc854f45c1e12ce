import { describeTopics } from '../../client/admin/describe-topics.ts'
import { deleteGroupOffsets } from '../../client/admin/group-offsets.ts'
import type { KafkaError } from '../../protocol/errors.ts'
import { javaText } from '../java/errors.ts'
import { left } from '../java/text.ts'
import type { Asking } from './ask.ts'
import type { TopicPartition } from './describe/view.ts'
import { parseTopicArguments } from './reset/topics.ts'

export type OffsetDeletion = {
  readonly topic: string
  /** Null for a topic that is not there. */
  readonly partition: number | null
  readonly error: KafkaError | null
}

export type OffsetDeletions = {
  /** Of the group as a whole. */
  readonly error: KafkaError | null
  readonly rows: readonly OffsetDeletion[]
}

/** `--delete-offsets`: of whole topics, or of single partitions. */
export async function deleteOffsets(
  asking: Asking,
  { group, topics }: { group: string; topics: readonly string[] },
): Promise<OffsetDeletions> {
  const { cluster, timeoutMs } = asking
  const wanted = await partitionsOf(asking, topics)
  const result = await deleteGroupOffsets(cluster, group, wanted.partitions, { timeoutMs })
  const rows = wanted.partitions.map((at) => {
    const outcome = result.ok ? result.value.get(at)! : result
    return { ...at, error: outcome.ok ? null : outcome.error }
  })
  return { error: result.ok ? null : result.error, rows: [...rows, ...wanted.unknown] }
}

async function partitionsOf({ cluster, timeoutMs }: Asking, texts: readonly string[]) {
  const { partitions, topics } = parseTopicArguments(texts)
  const unknown: OffsetDeletion[] = []
  const all: TopicPartition[] = [...partitions]
  const described = await describeTopics(cluster, topics, { timeoutMs })
  for (const [topic, result] of described) {
    if (result.ok)
      all.push(...result.value.partitions.map(({ partition }) => ({ topic, partition })))
    else unknown.push({ topic, partition: null, error: result.error })
  }
  return { partitions: all, unknown }
}

const ofGroup = [
  'INVALID_GROUP_ID',
  'GROUP_ID_NOT_FOUND',
  'GROUP_AUTHORIZATION_FAILED',
  'NON_EMPTY_GROUP',
]

export function offsetDeletionsJson({ rows }: OffsetDeletions) {
  return rows.map(({ error, ...at }) => ({ ...at, fault: error === null ? null : javaText(error) }))
}

/** Kafka's own text: what became of it, and a table of the partitions. */
export function plainOffsetDeletions(group: string, { error, rows }: OffsetDeletions): string {
  return `${verdict(group, { error, rows })}${table(rows)}`
}

function verdict(group: string, { error, rows }: OffsetDeletions): string {
  if (error !== null && ofGroup.includes(error.error)) return `\nError: ${error.message}\n`
  if (error !== null) return `\nError: Encountered some unknown error: ${javaText(error)}\n`
  if (rows.some((row) => row.error !== null && row.partition !== null)) {
    return '\nError: Encountered some partition-level error, see the follow-up details.\n'
  }
  return `Request succeeded for deleting offsets from group ${group}.\n`
}

const topicWidthMin = 15

function table(rows: readonly OffsetDeletion[]): string {
  const width = Math.max(topicWidthMin, ...rows.map(({ topic }) => topic.length))
  const line = (topic: string, partition: string, status: string) =>
    `\n${left(topic, width)} ${left(partition, 10)} ${left(status, 15)}`
  const key = ({ topic, partition }: OffsetDeletion) => `${topic}${partition ?? '-'}`
  const sorted = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const lines = sorted.map(({ topic, partition, error }) =>
    line(
      topic,
      String(partition ?? '-'),
      error === null ? 'Successful' : `Error: ${javaText(error)}`,
    ),
  )
  return `${line('TOPIC', 'PARTITION', 'STATUS')}${lines.join('')}\n`
}
