import type { OutputBuffer } from '../../output/buffer.ts'
import type { RecordView } from '../../records/record-view.ts'

export interface Formatter {
  /** Appends the record's text; throws where it cannot, having appended what came before the fault. */
  write(record: RecordView, out: OutputBuffer): void
}
