import { ensureIntact } from '../protocol/batch/integrity.ts'
import { baseOffsetOf, magicOf, wholeBatchSize } from '../protocol/batch/layout.ts'
import { KafkaError } from '../protocol/errors.ts'
import * as facts from './batch-facts.ts'

export interface IncomingBatches {
  /** Without the incomplete batch that a fetch may have cut. */
  readonly bytes: Uint8Array
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
}

/** What a follower asks of batches from its leader: whole, intact, in order, and behind its own end. */
export function checkIncoming(
  batches: Uint8Array,
  logEndOffset: bigint,
  topicPartition: string,
): IncomingBatches {
  let firstOffset = -1n
  let lastOffset = -1n
  let maxTimestamp = -1n
  let at = 0
  for (;;) {
    const size = wholeBatchSize(batches, at)
    if (size === 0) break
    ensureIntact(batches, at)
    // A wrapper of the old formats says only its last offset.
    const first =
      magicOf(batches, at) < 2 ? facts.lastOffsetOf(batches, at) : baseOffsetOf(batches, at)
    const last = facts.lastOffsetOf(batches, at)
    if (last < first || (at > 0 && first <= lastOffset)) {
      throw new KafkaError(
        'CORRUPT_MESSAGE',
        `Out of order offsets found in append to ${topicPartition}: ${first} behind ${lastOffset}`,
      )
    }
    if (at === 0) firstOffset = first
    lastOffset = last
    const timestamp = facts.maxTimestampOf(batches, at)
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    at += size
  }
  if (at === 0) throw new KafkaError('CORRUPT_MESSAGE', `No whole batch for ${topicPartition}`)
  if (firstOffset < logEndOffset) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Unexpected offset in append to ${topicPartition}. First offset ${firstOffset} is less than the next offset ${logEndOffset}.`,
    )
  }
  return { bytes: batches.subarray(0, at), firstOffset, lastOffset, maxTimestamp }
}
