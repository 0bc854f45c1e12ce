/**
 * What stands in a segment and cannot be read. It is said with the file and the place, and nothing is changed: nobody goes on behind
 * it as though there were nothing, and what is left of it may still be of use to somebody.
 */
import { isIntact } from '../protocol/batch/integrity.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { BatchScan } from './batch-scan.ts'
import type { Segment } from './segment.ts'

/** Of a log that is well otherwise; its directory stays online. */
export class DamagedRecords extends KafkaError {
  constructor({ log }: Segment, position: number, fault: string) {
    super('CORRUPT_MESSAGE', `${log.path}, byte ${position}: ${fault}`)
  }
}

/** Nothing is answered from what is damaged, nor written anew: it would be gone for good, and get a checksum that is right. */
export function checkBatch(segment: Segment, { bytes, at, position }: BatchScan): void {
  if (isIntact(bytes, at)) return
  throw new DamagedRecords(segment, position, 'a batch whose checksum is wrong')
}

/** Behind what cannot be read there may be more. */
export function checkEnd(segment: Segment, { fault, end }: BatchScan): void {
  if (fault !== null) throw new DamagedRecords(segment, end, fault)
}
