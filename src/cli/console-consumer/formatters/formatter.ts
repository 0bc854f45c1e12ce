import type { RecordCursor } from '../../../protocol/batch/cursor.ts'
import type { OutputBuffer } from '../../output/buffer.ts'

/** A record as a formatter sees it; the cursor stands on it. */
export type RecordView = {
  readonly topic: string
  readonly partition: number
  /** Of the batch, −1 where the format has none. */
  readonly leaderEpoch: number
  readonly cursor: RecordCursor
}

export interface Formatter {
  /** Appends the record's text; throws where it cannot, having appended what came before the fault. */
  write(record: RecordView, out: OutputBuffer): void
}
