/**
 * A record as one line of JSON, without loss: what console-consumer writes, console-producer reads. Bytes that are UTF-8
 * are a string, others `{"base64": "…"}`, a null is null.
 *
 *   {"topic":"orders","partition":0,"offset":7,"leaderEpoch":0,"timestamp":1764056400000,"timestampType":"CreateTime",
 *    "key":"k","value":"v","headers":[{"key":"trace","value":"1"}]}
 */
import { isUtf8 } from 'node:buffer'
import type { RecordCursor } from '../../protocol/batch/cursor.ts'
import { recordHeaders } from '../../protocol/batch/reader.ts'

/** `timestamp` is in ms, −1 for none; `leaderEpoch` is −1 where the format has none. */
export function recordJson({
  topic,
  partition,
  leaderEpoch,
  cursor,
}: {
  topic: string
  partition: number
  leaderEpoch: number
  cursor: RecordCursor
}): string {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd, appendTime } = cursor
  const type = appendTime === null ? 'CreateTime' : 'LogAppendTime'
  const key = partJson(bytes, keyStart, keyEnd)
  const value = partJson(bytes, valueStart, valueEnd)
  return `{"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${cursor.offset()},"leaderEpoch":${leaderEpoch},"timestamp":${cursor.timestamp()},"timestampType":"${type}","key":${key},"value":${value},"headers":[${headersJson(cursor)}]}`
}

function headersJson(cursor: RecordCursor): string {
  if (cursor.headerCount === 0) return ''
  return recordHeaders(cursor)
    .map(({ key, value }) => {
      const part = value === null ? 'null' : partJson(value, 0, value.length)
      return `{"key":${JSON.stringify(key)},"value":${part}}`
    })
    .join(',')
}

function partJson(bytes: Uint8Array, start: number, end: number): string {
  if (start < 0) return 'null'
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  if (isUtf8(part)) return JSON.stringify(part.toString())
  return `{"base64":"${part.toString('base64')}"}`
}
