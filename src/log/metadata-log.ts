/** `__cluster_metadata-0`: a partition like the others, opened before them. */
import { metadataTopicId } from '../base/uuid.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
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
    return folders.load(directory, folder, at, config)
  } catch (error) {
    // Nothing has been written yet: the marks of a clean stop still hold for the next try.
    for (const each of options.directories) {
      if (each.stoppedAtEpoch !== null) each.markClean(each.stoppedAtEpoch)
    }
    throw error
  }
}
