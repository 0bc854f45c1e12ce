/** How a client hears of a failed write: so that it finds the coordinator again, or tries again, or gives up. */
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'

/** `tooLarge`: what it is told where its records are more than the topic takes. */
export function writeError(cause: unknown, tooLarge: ErrorName): ErrorName {
  if (!(cause instanceof KafkaError)) return 'UNKNOWN_SERVER_ERROR'
  switch (cause.error) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE'
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR'
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return tooLarge
    default:
      return cause.error
  }
}
