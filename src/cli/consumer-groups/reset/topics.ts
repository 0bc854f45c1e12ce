import { illegalArgument } from '../../java/errors.ts'
import { isJavaInteger } from '../../java/numbers.ts'
import { javaSplit } from '../../java/text.ts'
import type { TopicPartition } from '../describe/view.ts'

/** What `--topic` names: whole topics, and single partitions (`orders:0,2`). */
export function parseTopicArguments(texts: readonly string[]): {
  partitions: TopicPartition[]
  topics: string[]
} {
  return {
    partitions: texts.filter((text) => text.includes(':')).flatMap(parsePartitions),
    topics: texts.filter((text) => !text.includes(':')),
  }
}

function parsePartitions(text: string): TopicPartition[] {
  const parts = javaSplit(text, ':')
  const [topic, numbers] = parts
  if (parts.length !== 2 || topic === undefined || numbers === undefined) {
    throw illegalArgument(`Invalid topic arg '${text}', expected topic name and partitions`)
  }
  return javaSplit(numbers, ',').map((number) => {
    // Two quotes at the end: so in Kafka.
    if (!isJavaInteger(number)) {
      throw illegalArgument(`Invalid partition '${number}' specified in topic arg '${text}''`)
    }
    return { topic, partition: Number(number) }
  })
}
