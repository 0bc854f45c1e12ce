import { type BatchRecord, records } from '../../../src/protocol/batch/reader.ts'
import type { Slices } from '../../../src/protocol/batch/spans.ts'
import { BatchWriter } from '../../../src/protocol/batch/writer.ts'

/** The slices as records, through a batch; `preset` is the time of those that have none. */
export function recordsOf(slices: Slices, preset = 0): BatchRecord[] {
  const writer = new BatchWriter()
  const times = { base: 0, preset }
  writer.appendSpans(slices, { from: 0, to: slices.count }, { times, sizeMax: 1_000_000 })
  return [...records(writer.build({ baseTimestamp: 0n }))]
}
