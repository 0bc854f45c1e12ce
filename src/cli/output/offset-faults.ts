import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import { errorTexts } from '../../protocol/error-texts.ts'
import type { KafkaError } from '../../protocol/errors.ts'
import type { Machine } from '../machine.ts'
import { adminEvent } from './log.ts'

/** What Kafka's admin client logs of a partition whose offset nobody can tell; a person reads it from the tool alone. */
export function logOffsetFault(
  { topic, partition }: TopicPartition,
  error: KafkaError,
  { machine: { stderr, clock }, clientId }: { machine: Machine; clientId?: string },
): void {
  if (stderr.isTerminal) return
  // Where the version of a broker is too old for the question, which is then not asked, there is a warning at most.
  const wasAnswered =
    error.error !== 'UNSUPPORTED_VERSION' || error.message === errorTexts.UNSUPPORTED_VERSION
  if (error.fate !== 'final' || !wasAnswered) return
  const text = `ListOffsets request for topic partition ${partitionKey(topic, partition)} failed due to an unexpected error ${error.error}`
  stderr.write(adminEvent(clock, text, { of: 'ListOffsetsHandler', clientId }))
}
