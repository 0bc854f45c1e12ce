import type { RecordCursor } from './cursor.ts'
import type { BatchFields } from './fields.ts'
import * as layout from './layout.ts'
import { BatchWriter } from './writer.ts'

/**
 * The batch with other compression or other offset deltas: its records written anew, counted up from 0, with times that
 * count from the first one's, as Kafka's builder does it. The producer's fields stay.
 */
export function rebuilt(
  batch: Uint8Array,
  cursor: RecordCursor,
  fields: Pick<BatchFields, 'compression' | 'compressionLevel' | 'timestampType' | 'maxTimestamp'>,
): Uint8Array {
  const writer = new BatchWriter(layout.headerSize + 2 * cursor.bytes.length)
  cursor.rewind()
  const { baseTimestamp, deltas } = timesOf(cursor)
  cursor.rewind()
  for (let index = 0; cursor.next(); index++) {
    writer.appendFrom(cursor, { timestampDelta: deltas(), offsetDelta: index })
  }
  return writer.build({
    ...fields,
    baseTimestamp,
    producerId: layout.producerIdOf(batch),
    producerEpoch: layout.producerEpochOf(batch),
    baseSequence: layout.baseSequenceOf(batch),
    transactional: layout.isTransactional(batch),
  })
}

/** The first record's time, and how to tell every record's distance from it: in numbers while they are exact. */
function timesOf(cursor: RecordCursor) {
  cursor.next()
  const baseTimestamp = cursor.timestamp()
  const firstDelta = cursor.timestampDelta
  const deltas = (): number | bigint => {
    if (cursor.appendTime !== null) return 0
    const delta = cursor.timestampDelta - firstDelta
    if (Number.isSafeInteger(cursor.timestampDelta) && Number.isSafeInteger(delta)) return delta
    return BigInt.asIntN(64, cursor.timestamp() - baseTimestamp)
  }
  return { baseTimestamp, deltas }
}
