import { RecordJsonWriter } from '../../records/record-json-writer.ts'
import type { Formatter } from './formatter.ts'

/** `--output json`: everything that a record holds, one line each. */
export function jsonFormatter(): Formatter {
  return new RecordJsonWriter()
}
