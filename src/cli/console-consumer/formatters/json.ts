import { recordJson } from '../../records/record-json.ts'
import type { Formatter } from './formatter.ts'

/** `--output json`: everything that a record holds, one line each. */
export const jsonFormatter: Formatter = {
  write(record, out) {
    out.text(`${recordJson(record)}\n`)
  },
}
