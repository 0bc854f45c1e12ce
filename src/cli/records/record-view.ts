import type { RecordCursor } from '../../protocol/batch/cursor.ts'

/** A record as formatters and filters see it; the cursor stands on it. */
export type RecordView = {
  readonly topic: string
  readonly partition: number
  /** Of the batch, −1 where the format has none. */
  readonly leaderEpoch: number
  readonly cursor: RecordCursor
}
