/**
 * A record as one line of JSON, without loss: what console-consumer writes, console-producer reads. Bytes that are UTF-8
 * are a string, others `{"base64": "…"}`, a null is null. `timestamp` is in ms, −1 for none; `leaderEpoch` is −1 where the format has none.
 *
 *   {"topic":"orders","partition":0,"offset":7,"leaderEpoch":0,"timestamp":1764056400000,"timestampType":"CreateTime",
 *    "key":"k","value":"v","headers":[{"key":"trace","value":"1"}]}
 */
import type { Header } from '../../protocol/batch/headers.ts'

/** What of a line of JSON goes into a topic: offset, leader epoch and the kind of timestamp are the broker's to give. */
export type WrittenRecord = {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
  /** Milliseconds; null leaves it to the producer. */
  readonly timestamp: number | null
  /** Null leaves it to the partitioner. */
  readonly partition: number | null
}

const fields = new Set([
  'topic',
  'partition',
  'offset',
  'leaderEpoch',
  'timestamp',
  'timestampType',
  'key',
  'value',
  'headers',
])

/** Reads what `RecordJsonWriter` writes; what is left out is null. Throws an Error that says what is wrong. */
export function readRecordJson(text: string): WrittenRecord {
  const record = objectOf(JSON.parse(text), 'a record is an object')
  for (const name of Object.keys(record)) {
    if (!fields.has(name)) throw new Error(`a record has no field "${name}"`)
  }
  const { key, value, headers, timestamp, partition } = record
  return {
    key: partOf(key, 'key'),
    value: partOf(value, 'value'),
    headers: headersOf(headers),
    timestamp: timestamp === -1 ? null : wholeOf(timestamp, 'timestamp'),
    partition: wholeOf(partition, 'partition'),
  }
}

function partOf(part: unknown, name: string): Uint8Array | null {
  if (part === undefined || part === null) return null
  if (typeof part === 'string') return Buffer.from(part)
  const base64 = typeof part === 'object' && 'base64' in part ? part.base64 : undefined
  if (typeof base64 !== 'string') {
    throw new Error(`"${name}" is a string, null, or {"base64": "…"}`)
  }
  const bytes = Buffer.from(base64, 'base64')
  // Node leaves out what is no base64; here that would be a part of somebody's record.
  if (bytes.toString('base64') !== base64) throw new Error(`"${name}" holds base64 that is none`)
  return bytes
}

function headersOf(headers: unknown): Header[] {
  if (headers === undefined) return []
  if (!Array.isArray(headers)) throw new Error('"headers" is a list')
  return headers.map((each) => {
    const { key, value } = objectOf(each, 'a header is an object with key and value')
    if (typeof key !== 'string') throw new Error('the key of a header is a string')
    return { key, value: partOf(value, 'value') }
  })
}

function wholeOf(number: unknown, name: string): number | null {
  if (number === undefined || number === null) return null
  if (!Number.isSafeInteger(number) || (number as number) < 0) {
    throw new Error(`"${name}" is a whole number that is not negative`)
  }
  return number as number
}

function objectOf(value: unknown, rule: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(rule)
  return value as Record<string, unknown>
}
