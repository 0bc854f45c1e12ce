/** What becomes of a marker that a partition's leader has answered. */
import type { ErrorName } from '../protocol/errors.ts'

/** `fenced`: a newer coordinator, or a newer transaction of the producer, has been there: this one has nothing more to say. */
export type MarkerFate = 'done' | 'again' | 'fenced'

export function markerFate(error: ErrorName): MarkerFate {
  switch (error) {
    case 'NONE':
    // A log that cannot hold a marker has no transaction either.
    case 'UNSUPPORTED_FOR_MESSAGE_FORMAT':
      return 'done'
    case 'INVALID_PRODUCER_EPOCH':
    case 'TRANSACTION_COORDINATOR_FENCED':
      return 'fenced'
    default:
      return 'again'
  }
}
