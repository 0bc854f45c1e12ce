import type { BatchFields } from './fields.ts'
import type { Header } from './headers.ts'
import { overheadMax } from './spans.ts'
import { BatchWriter } from './writer.ts'

export type NewRecord = {
  key: Uint8Array | null
  value: Uint8Array | null
  headers?: readonly Header[]
  /** Absent: the batch's `baseTimestamp`. */
  timestamp?: bigint
  /** Absent: one more than that of the record before. */
  offsetDelta?: number
}

/**
 * A batch of records at hand: what coordinators and the metadata log write. Without `baseTimestamp` that is the first
 * record's time, as Kafka's builder does it.
 */
export function encodeBatch(fields: BatchFields, records: readonly NewRecord[]): Uint8Array {
  const baseTimestamp =
    fields.deleteHorizonMs ?? fields.baseTimestamp ?? records[0]?.timestamp ?? -1n
  // What an earlier call that threw has left.
  writer.clear()
  writer.reserve(sizeGuess(records))
  let offsetDelta = 0
  for (const record of records) {
    const { key, value, headers, timestamp = baseTimestamp } = record
    offsetDelta = record.offsetDelta ?? offsetDelta
    writer.append(
      timestamp === baseTimestamp ? 0 : timestamp - baseTimestamp,
      key,
      value,
      headers,
      offsetDelta,
    )
    offsetDelta++
  }
  // Not `{ ...fields, baseTimestamp }`: to copy the fields takes twice as long as all the rest.
  return writer.build(fields, baseTimestamp)
}

// To make a writer costs more than to write a small batch; between two calls this one is empty.
const writer = new BatchWriter(0, { once: true })

function sizeGuess(records: readonly NewRecord[]): number {
  let size = overheadMax
  for (const { key, value, headers } of records) {
    size += 24 + (key?.length ?? 0) + (value?.length ?? 0) + (headers?.length ?? 0) * 32
  }
  return size
}
