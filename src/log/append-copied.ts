import { baseOffsetOf } from '../protocol/batch/layout.ts'
import type { Appended } from './appended.ts'
import { lastOffsetOf } from './batch-facts.ts'
import type { PartitionLog } from './partition-log.ts'

/**
 * Appends what another log holds from our end on. Where that log begins in the middle of a batch (its head was deleted), the
 * batch still comes whole: a log that is empty begins where the batch does, as in Kafka.
 */
export function appendCopied(log: PartitionLog, batches: Uint8Array): Appended {
  const { logEndOffset, logStartOffset } = log
  if (logEndOffset === logStartOffset && batches.length > 0) {
    const first = baseOffsetOf(batches)
    if (first < logEndOffset && lastOffsetOf(batches, 0) >= logEndOffset) log.restartAt(first)
  }
  return log.appendAsFollower(batches)
}
