import { type ErrorName, errors } from '../../protocol/errors.ts'

/** What becomes of a batch after its answer. */
export type Verdict =
  | 'delivered'
  /** Sent again as it is. */
  | 'retry'
  /** Sent again under a new epoch, with sequences from 0: what the broker knows of this producer has a gap (KIP-360). */
  | 'renew'
  | 'split'
  | 'fail'

/**
 * The law of Kafka's producer. `isFirst` says that no earlier batch of the partition is without an answer: only then does
 * a sequence out of order mean a real gap; otherwise it is the consequence of an earlier failure.
 */
export function verdictOf(
  error: ErrorName,
  batch: { count: number; isIdempotent: boolean; isFirst: boolean },
): Verdict {
  switch (error) {
    case 'NONE':
    case 'DUPLICATE_SEQUENCE_NUMBER':
      return 'delivered'
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return batch.count > 1 ? 'split' : 'fail'
    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
      if (!batch.isIdempotent) return 'fail'
      return batch.isFirst ? 'renew' : 'retry'
    case 'UNKNOWN_PRODUCER_ID':
    case 'INVALID_PRODUCER_EPOCH':
      return batch.isIdempotent ? 'renew' : 'fail'
    default:
      return errors[error][1] === 'final' ? 'fail' : 'retry'
  }
}
