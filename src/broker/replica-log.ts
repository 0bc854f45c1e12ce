import type { LogManager } from '../log/log-manager.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Logger } from './logger.ts'
import type { Settings } from './settings.ts'

/**
 * The log of a replica that the metadata give to this broker: the one that is here, a copy that was about to take its place, or a new
 * one. Null where it may lie in a directory that has failed: an empty log would lead in its place, and one day lie beside it.
 */
export function replicaLog(
  { logs, settings, logger }: { logs: LogManager; settings: Settings; logger: Logger },
  at: { topic: string; partition: number; topicId: string; directoryId: string | undefined },
): PartitionLog | null {
  const { topic, partition, topicId, directoryId } = at
  const found = logs.get(topic, partition, topicId) ?? logs.futures.recover(at)
  if (found !== undefined) return found
  if (!logs.mayComeBack(directoryId)) {
    return logs.create(topic, partition, topicId, settings.log(topic))
  }
  logger.error({ topic, partition }, 'a replica is not here: its log directory has failed')
  return null
}
