/** What an append is asked, and what it answers. */
import type { ErrorName } from '../protocol/errors.ts'

export interface Appended {
  readonly ok: true
  /** −1 for a duplicate of which only its end is known. */
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  /** −1 with CreateTime. */
  readonly appendTime: bigint
  readonly logStartOffset: bigint
  /** The batch was there already; these are its offsets. */
  readonly duplicate: boolean
  /** Where `flush.messages` wants the records on the medium before they count: when they are. Else null. */
  readonly flushed: Promise<void> | null
}

export interface Refused {
  readonly ok: false
  readonly error: ErrorName
  readonly message: string | null
  readonly recordErrors: readonly { batchIndex: number; message: string | null }[]
}

export interface AppendOptions {
  readonly leaderEpoch: number
  /** `coordinator` and `raft` are our own code, whose batches are not examined again. */
  readonly origin: 'client' | 'coordinator' | 'raft'
  readonly now: number
  /** Of the Produce request, for its messages. */
  readonly apiVersion?: number
  /** Of a marker: since 2 the epoch grows with every transaction (KIP-890). */
  readonly transactionVersion?: number
}

export function refused({
  error,
  message,
}: {
  readonly error: ErrorName
  readonly message: string | null
}): Refused {
  return { ok: false, error, message, recordErrors: [] }
}
