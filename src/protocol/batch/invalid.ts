import { KafkaError } from '../errors.ts'

/** A batch or record that no retry makes right: Kafka's InvalidRecordException, and its words. */
export function invalid(message: string, cause?: unknown): KafkaError {
  return new KafkaError('INVALID_RECORD', message, cause === undefined ? undefined : { cause })
}
