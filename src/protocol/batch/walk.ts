import type { RecordCursor } from './cursor.ts'
import { type TimestampType, timestampTypeOf } from './layout.ts'

/** What a Produce response tells of one record. */
export type RecordError = { batchIndex: number; message: string }

export type Walk = {
  /** −1 where no record has a time. */
  maxTimestamp: bigint
  /** Whether the offset deltas count up from 0. */
  inOrder: boolean
  errors: (RecordError & { error: 'INVALID_RECORD' | 'INVALID_TIMESTAMP' })[]
}

export type RecordRules = {
  topicPartition: string
  now: number
  timestampType: TimestampType
  timestampBeforeMaxMs: bigint
  timestampAfterMaxMs: bigint
  compacted: boolean
}

/** Times whose sum with a delta a double still holds exactly. */
const plainMax = 2 ** 52

/** Looks at every record once: that it is one (the cursor's part), its key on a compacted topic, its time. */
export function walkRecords(batch: Uint8Array, cursor: RecordCursor, rules: RecordRules): Walk {
  const base = Number(cursor.baseTimestamp)
  const plain = cursor.appendTime === null && Math.abs(base) <= plainMax
  return (
    (plain ? walkPlainly(batch, cursor, base, rules) : null) ?? walkExactly(batch, cursor, rules)
  )
}

/** With numbers alone; null if a record's time needs more than that. */
function walkPlainly(
  batch: Uint8Array,
  cursor: RecordCursor,
  base: number,
  rules: RecordRules,
): Walk | null {
  const { lowest, highest } = numericRange(rules)
  const { compacted } = rules
  const errors: Walk['errors'] = []
  let maxTimestamp = -1
  let inOrder = true
  let index = 0
  while (cursor.next()) {
    const delta = cursor.timestampDelta
    if (delta > plainMax || delta < -plainMax) return null
    const timestamp = base + delta
    if (compacted && cursor.keyStart < 0) errors.push(keyError(index, rules))
    else if ((timestamp < lowest || timestamp > highest) && timestamp !== -1) {
      const error = timeError(batch, cursor, index, rules)
      if (error !== null) errors.push(error)
    }
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    if (cursor.offsetDelta !== index) inOrder = false
    index++
  }
  return { maxTimestamp: BigInt(maxTimestamp), inOrder, errors }
}

function walkExactly(batch: Uint8Array, cursor: RecordCursor, rules: RecordRules): Walk {
  const errors: Walk['errors'] = []
  let maxTimestamp = -1n
  let inOrder = true
  let index = 0
  cursor.rewind()
  while (cursor.next()) {
    const timestamp = cursor.timestamp()
    const error =
      rules.compacted && cursor.keyStart < 0
        ? keyError(index, rules)
        : timeError(batch, cursor, index, rules)
    if (error !== null) errors.push(error)
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    if (cursor.offsetDelta !== index) inOrder = false
    index++
  }
  return { maxTimestamp, inOrder, errors }
}

function numericRange(rules: RecordRules): { lowest: number; highest: number } {
  // The leader will overwrite the producer's times; whatever they are is right.
  if (rules.timestampType === 'LogAppendTime') {
    return { lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }
  }
  const { now, timestampBeforeMaxMs, timestampAfterMaxMs } = rules
  return { lowest: now - Number(timestampBeforeMaxMs), highest: now + Number(timestampAfterMaxMs) }
}

function keyError(batchIndex: number, { topicPartition }: RecordRules): Walk['errors'][number] {
  return {
    batchIndex,
    message: `Compacted topic cannot accept message without key in topic partition ${topicPartition}`,
    error: 'INVALID_RECORD',
  }
}

function timeError(
  batch: Uint8Array,
  cursor: RecordCursor,
  batchIndex: number,
  rules: RecordRules,
): Walk['errors'][number] | null {
  const timestamp = cursor.timestamp()
  if (rules.timestampType === 'CreateTime' && timestamp !== -1n) {
    return outOfRange(timestamp, rules)
      ? { batchIndex, message: rangeMessage(timestamp, cursor, rules), error: 'INVALID_TIMESTAMP' }
      : null
  }
  if (timestampTypeOf(batch) === 'CreateTime') return null
  return {
    batchIndex,
    message: `Invalid timestamp type in message ${textOf(cursor)}. Producer should not set timestamp type to LogAppendTime.`,
    error: 'INVALID_TIMESTAMP',
  }
}

/** In int64 as Java computes it: a difference that overflows wraps. */
function outOfRange(timestamp: bigint, rules: RecordRules): boolean {
  const age = BigInt.asIntN(64, BigInt(rules.now) - timestamp)
  return age > rules.timestampBeforeMaxMs || BigInt.asIntN(64, -age) > rules.timestampAfterMaxMs
}

function rangeMessage(timestamp: bigint, cursor: RecordCursor, rules: RecordRules): string {
  const now = BigInt(rules.now)
  const lowest = BigInt.asIntN(64, now - rules.timestampBeforeMaxMs)
  const highest = BigInt.asIntN(64, now + rules.timestampAfterMaxMs)
  return (
    `Timestamp ${timestamp} of message with offset ${cursor.offset()} is out of range. ` +
    `The timestamp should be within [${lowest}, ${highest}]`
  )
}

function textOf(cursor: RecordCursor): string {
  const keySize = cursor.keyEnd - cursor.keyStart
  const valueSize = cursor.valueEnd - cursor.valueStart
  return `DefaultRecord(offset=${cursor.offset()}, timestamp=${cursor.timestamp()}, key=${keySize} bytes, value=${valueSize} bytes)`
}
