/** A batch that is ready to be sent: its bytes, and what the producer has to remember of it until it is answered. */
import { setInt16, setInt32, setInt64 } from '../../base/bytes.ts'
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import * as layout from '../../protocol/batch/layout.ts'
import { BatchWriter } from '../../protocol/batch/writer.ts'
import type { RecordFault } from './record-errors.ts'
import type { FailedRecord, RecordRange } from './settings.ts'

export type ProducerIdentity = {
  readonly id: bigint
  readonly epoch: number
  /** What it sends belongs to a transaction, which alone may renew it. */
  readonly isTransactional?: boolean
}

export type Batch = {
  /** As it goes over the wire. */
  readonly bytes: Uint8Array
  readonly count: number
  /** What it takes of the producer's buffer. */
  readonly memory: number
  /** On the monotonic clock. */
  readonly createdAt: number
  /** First number and count of every run of records, one after the other. */
  readonly numbers: readonly number[]
  /** Place among the batches of its partition: halves share the stretch from `order` that is `width` long. */
  readonly order: number
  readonly width: number
  attempts: number
  /** −1 until it was sent for the first time with an identity. */
  sequence: number
  identity: ProducerIdentity | null
  readonly flushes: Flush[]
}

/** Somebody who waits until all batches of a moment are settled. */
export type Flush = { left: number; done: () => void }

/** Writes identity and sequence into the header, and the checksum; nothing if they stand there already. */
export function stamp(batch: Batch, identity: ProducerIdentity, sequence: number): void {
  const { bytes } = batch
  batch.identity = identity
  batch.sequence = sequence
  if (
    layout.baseSequenceOf(bytes) === sequence &&
    layout.producerEpochOf(bytes) === identity.epoch &&
    layout.producerIdOf(bytes) === identity.id
  ) {
    return
  }
  if (identity.isTransactional === true) bytes[layout.attributesAt + 1]! |= layout.transactionalBit
  setInt64(bytes, layout.producerIdAt, identity.id)
  setInt16(bytes, layout.producerEpochAt, identity.epoch)
  setInt32(bytes, layout.baseSequenceAt, sequence)
  layout.updateCrc(bytes)
}

/**
 * Two halves of a batch that was too large for the broker. A sequence goes on counting: the first half has the whole's, the
 * second one what follows; the whole was never appended.
 */
export function split(batch: Batch): [Batch, Batch] {
  const firstCount = Math.ceil(batch.count / 2)
  const cursor = new RecordCursor().open(batch.bytes)
  const halves = [
    rewrite(batch, cursor, firstCount),
    rewrite(batch, cursor, batch.count - firstCount),
  ]
  const numbers = cut(batch.numbers, firstCount)
  const total = halves[0]!.length + halves[1]!.length
  const half = (index: 0 | 1): Batch => {
    const count = index === 0 ? firstCount : batch.count - firstCount
    const shareOf = (whole: number) => Math.floor((whole * halves[index]!.length) / total)
    const memory =
      index === 0
        ? shareOf(batch.memory)
        : batch.memory - Math.floor((batch.memory * halves[0]!.length) / total)
    return {
      bytes: halves[index]!,
      count,
      memory,
      createdAt: batch.createdAt,
      numbers: numbers[index],
      order: batch.order + (index * batch.width) / 2,
      width: batch.width / 2,
      attempts: 0,
      sequence: -1,
      identity: null,
      flushes: batch.flushes,
    }
  }
  return [half(0), half(1)]
}

function rewrite(batch: Batch, cursor: RecordCursor, count: number): Uint8Array {
  const writer = new BatchWriter(
    Math.ceil((cursor.bytes.length * count) / batch.count) + layout.headerSize,
  )
  for (let offsetDelta = 0; offsetDelta < count; offsetDelta++) {
    cursor.next()
    writer.appendFrom(cursor, { timestampDelta: cursor.timestampDelta, offsetDelta })
  }
  return writer.build({
    compression: layout.compressionOf(batch.bytes)!,
    baseTimestamp: layout.baseTimestampOf(batch.bytes),
  })
}

/** Cuts runs of numbers after so many records. */
export function cut(numbers: readonly number[], count: number): [number[], number[]] {
  const before: number[] = []
  const after: number[] = []
  let left = count
  for (let i = 0; i < numbers.length; i += 2) {
    const first = numbers[i]!
    const run = numbers[i + 1]!
    const taken = Math.min(run, left)
    if (taken > 0) before.push(first, taken)
    if (run > taken) after.push(first + taken, run - taken)
    left -= taken
  }
  return [before, after]
}

export function rangesOf(numbers: readonly number[]): RecordRange[] {
  const ranges: RecordRange[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    ranges.push({ first: numbers[i]!, count: numbers[i + 1]! })
  }
  return ranges
}

export function* failedRecords(
  batch: Batch,
  faultOf: (index: number) => RecordFault,
): Generator<FailedRecord> {
  let index = 0
  const cursor = new RecordCursor().open(batch.bytes)
  for (const { first, count } of rangesOf(batch.numbers)) {
    for (let number = first; number < first + count && cursor.next(); number++) {
      yield {
        number,
        keySize: cursor.keyStart < 0 ? -1 : cursor.keyEnd - cursor.keyStart,
        valueSize: cursor.valueStart < 0 ? -1 : cursor.valueEnd - cursor.valueStart,
        ...faultOf(index++),
      }
    }
  }
}
