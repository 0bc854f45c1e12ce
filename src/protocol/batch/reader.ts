import { RecordCursor } from './cursor.ts'
import { decodeHeaders, type Header } from './headers.ts'

export type BatchRecord = {
  offset: bigint
  timestamp: bigint
  key: Uint8Array | null
  value: Uint8Array | null
  headers: Header[]
}

/**
 * The records of one batch as objects, for coordinators, the metadata log and tools that read little; whoever reads much
 * takes a `RecordCursor`. Keys and values are views of the batch, or of what was decompressed from it.
 */
export function* records(
  bytes: Uint8Array,
  at = 0,
  limits: { decompressedBytesMax?: number } = {},
): Generator<BatchRecord> {
  const cursor = new RecordCursor(limits).open(bytes, at)
  while (cursor.next()) {
    yield {
      offset: cursor.offset(),
      timestamp: cursor.timestamp(),
      key: recordKey(cursor),
      value: recordValue(cursor),
      headers: recordHeaders(cursor),
    }
  }
}

export function recordKey(cursor: RecordCursor): Uint8Array | null {
  return cursor.keyStart < 0 ? null : cursor.bytes.subarray(cursor.keyStart, cursor.keyEnd)
}

export function recordValue(cursor: RecordCursor): Uint8Array | null {
  return cursor.valueStart < 0 ? null : cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)
}

export function recordHeaders(cursor: RecordCursor): Header[] {
  const { bytes, headersStart: position, headersEnd: end, headerCount } = cursor
  return headerCount === 0 ? [] : decodeHeaders({ bytes, position, end }, headerCount)
}
