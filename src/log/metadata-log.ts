/** `__cluster_metadata-0`: a partition like the others, opened before them. */
import { metadataTopicId } from '../base/uuid.ts'
import type { Disk } from '../host/disk.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import { parseQuorumState } from '../protocol/records/files.ts'
import { cleanShutdownFile } from './directory-files.ts'
import type { LogDirectory } from './log-directory.ts'
import { metadataLogConfig } from './metadata-log-config.ts'
import { metadataTopic } from './names.ts'
import type { PartitionFolders } from './partition-folders.ts'
import type { PartitionLog } from './partition-log.ts'

interface MetadataLogOptions {
  readonly folders: PartitionFolders
  readonly directory: LogDirectory
  /** All that are online. */
  readonly directories: readonly LogDirectory[]
  readonly settings: BrokerConfigs
}

/** Opens it, or makes it. */
export function openMetadataLog(options: MetadataLogOptions): PartitionLog {
  const { folders, directory, settings } = options
  const at = { topic: metadataTopic, partition: 0, topicId: metadataTopicId }
  const config = metadataLogConfig(settings)
  const folder = `${metadataTopic}-0`
  if (directory.context.disk.stat(`${directory.path}/${folder}`) === null) {
    const log = folders.make(directory, at, config)
    // A log that could lose its first segment to a power cut, and keep the second, would be one that no snapshot leads to.
    log.flushNow()
    return log
  }
  try {
    const log = folders.load(directory, folder, at, config)
    checkEnd(log, directory)
    return log
  } catch (error) {
    // Nothing has been written yet: the marks of a clean stop still hold for the next try.
    for (const each of options.directories) {
      if (each.stoppedAtEpoch !== null) each.markClean(each.stoppedAtEpoch)
    }
    throw error
  }
}

/**
 * A broker's epoch is where the metadata log has its registration. After a clean stop the log reaches beyond that place, or a snapshot
 * does; else some of it was taken away, at the end of a batch. A node that did not lead may have been a little behind: then it is only said.
 */
function checkEnd(
  { logEndOffset, directory: folder }: PartitionLog,
  directory: LogDirectory,
): void {
  const { stoppedAtEpoch, context, identity } = directory
  const { disk, logger } = context
  if (stoppedAtEpoch === null || stoppedAtEpoch < logEndOffset) return
  const ends = disk.names(folder).map((name) => /^(\d{20})-\d{10}\.checkpoint$/.exec(name)?.[1])
  if (ends.some((end) => end !== undefined && BigInt(end) > stoppedAtEpoch)) return
  const what = `${folder} ends at offset ${logEndOffset}, although this broker was registered at offset ${stoppedAtEpoch} of it and closed cleanly`
  if (leaderIn(disk, `${folder}/quorum-state`) !== identity?.nodeId) {
    logger.warn(
      { directory: directory.path },
      `${what}: what is missing comes from the other controllers. If there are none, some of the topics and configurations are lost, and partitions that are not known any more are put aside as -stray: stop the broker and put back a copy of the folder`,
    )
    return
  }
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${what}: some of the topics and configurations are lost. Put back a copy of the folder; or remove ${cleanShutdownFile} from the log directory, and the broker goes on with what is left, and puts topics that it does not know aside as -stray`,
  )
}

/** Null where nobody knows; whether the file is sound, the quorum says. */
function leaderIn(disk: Disk, path: string): number | null {
  if (disk.stat(path) === null) return null
  try {
    return parseQuorumState(Buffer.from(disk.readFile(path)).toString()).value.leaderId
  } catch {
    return null
  }
}
