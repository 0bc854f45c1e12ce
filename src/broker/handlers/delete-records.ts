import { deleteRecords } from '../../protocol/apis/delete-records.ts'
import { code, type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { isInternalTopic } from '../../protocol/names.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'

const upToHighWatermark = -1n

export default handler(deleteRecords, (broker, request) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      const outcome = trim(broker, name, partitionIndex, offset)
      return typeof outcome === 'string'
        ? { partitionIndex, lowWatermark: -1n, errorCode: code(outcome) }
        : { partitionIndex, lowWatermark: outcome, errorCode: 0 }
    }),
  })),
}))

/** The new log start offset, or why not. */
function trim(
  broker: Broker,
  topic: string,
  partition: number,
  offset: bigint,
): bigint | ErrorName {
  const known = broker.image.topicsByName.get(topic)?.partitions[partition]
  if (known !== undefined && isInternalTopic(topic)) return 'INVALID_TOPIC_EXCEPTION'
  const hosted = broker.replicas.leader(topic, partition)
  if (typeof hosted === 'string') return hosted
  const { log } = hosted
  // Deleting from a topic that is only compacted would take what its readers rely on.
  if (!broker.settings.cleanupPolicies(topic).includes('delete')) return 'POLICY_VIOLATION'
  const target = offset === upToHighWatermark ? log.highWatermark : offset
  if (target < 0n || target > log.highWatermark) return 'OFFSET_OUT_OF_RANGE'
  try {
    log.advanceLogStartOffset(target)
  } catch (error) {
    if (error instanceof KafkaError) return error.error
    throw error
  }
  return log.logStartOffset
}
