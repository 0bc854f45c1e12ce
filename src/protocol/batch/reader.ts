import { readVarint } from '../../base/varint.ts'
import { RecordCursor } from './cursor.ts'

export type Header = { key: string; value: Uint8Array | null }

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

/** The cursor has walked over them, so they are known to be whole. */
export function recordHeaders(cursor: RecordCursor): Header[] {
  const headers: Header[] = []
  const place = { bytes: cursor.bytes, position: cursor.headersStart, end: cursor.headersEnd }
  for (let i = 0; i < cursor.headerCount; i++) {
    const key = slice(place, readVarint(place))
    const valueSize = readVarint(place)
    headers.push({
      key: utf8.decode(key),
      value: valueSize < 0 ? null : slice(place, valueSize),
    })
  }
  return headers
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

function slice(place: { bytes: Uint8Array; position: number }, size: number): Uint8Array {
  const start = place.position
  place.position += size
  return place.bytes.subarray(start, place.position)
}
