import { isIntact } from '../../protocol/batch/integrity.ts'
import { baseOffsetOf, batches } from '../../protocol/batch/layout.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { type ReadBatch, readBatches } from './batches.ts'
import type { MetadataLog } from './doors.ts'

const readBytesMax = 1024 * 1024

/**
 * Some of the batches from the offset on; none where nothing stands there. Throws KAFKA_STORAGE_ERROR where they cannot be read, or are
 * not what was written (Kafka checks that here, too): a node must not go on without a topic that everybody else knows.
 */
export function readLog(
  log: Pick<MetadataLog, 'read'>,
  offset: bigint,
  upTo: bigint,
): Iterable<ReadBatch> {
  try {
    const { bytes } = log.read(offset, { bytesMax: readBytesMax, upTo, atLeastOneBatch: true })
    for (const at of batches(bytes)) {
      if (!isIntact(bytes, at)) throw wrongChecksum(baseOffsetOf(bytes, at))
    }
    return readBatches(bytes)
  } catch (cause) {
    if (!(cause instanceof KafkaError && cause.error === 'CORRUPT_MESSAGE')) throw cause
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `${cause.message}: some of the topics and configurations cannot be read. Put back a copy of the file; on a node of several, move the folder __cluster_metadata-0 away and let it be filled again by the others`,
      { cause },
    )
  }
}

const wrongChecksum = (offset: bigint) =>
  new KafkaError(
    'CORRUPT_MESSAGE',
    `__cluster_metadata-0: the checksum of the batch at offset ${offset} is wrong`,
  )
