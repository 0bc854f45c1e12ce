import { KafkaError } from '../protocol/errors.ts'

/** No topic has an empty name: Kafka's admin client does not even ask for one. */
export const unnamedTopic = (): KafkaError =>
  new KafkaError(
    'INVALID_TOPIC_EXCEPTION',
    "The given topic name '' cannot be represented in a request.",
  )
