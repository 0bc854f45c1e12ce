/** What the cleaner does not touch. Throws CORRUPT_MESSAGE with the file and the place; the log is then left as it is. */
import { isIntact } from '../../protocol/batch/integrity.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { BatchScan } from '../batch-scan.ts'
import type { Segment } from '../segment.ts'

/** Nothing is written anew from what is damaged: it would be gone for good, and get a checksum that is right. */
export function checkBatch({ log }: Segment, { bytes, at, position }: BatchScan): void {
  if (isIntact(bytes, at)) return
  throw new KafkaError(
    'CORRUPT_MESSAGE',
    `${log.path}, byte ${position}: a batch whose checksum is wrong`,
  )
}

/** Behind what cannot be read there may be more: a segment that ended there would lose it. */
export function checkEnd({ log }: Segment, { fault, position, size }: BatchScan): void {
  if (fault === null) return
  throw new KafkaError('CORRUPT_MESSAGE', `${log.path}, byte ${position + size}: ${fault}`)
}
