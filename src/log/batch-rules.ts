import type { BatchRules } from '../protocol/batch/validate.ts'
import type { LogConfig } from './log-config.ts'

/** What a topic's configurations ask of a batch; `now` is for whoever validates. */
export function batchRules(config: LogConfig, topicPartition: string): BatchRules {
  const level = config.compression in config.compressionLevels
  return {
    topicPartition,
    now: 0,
    timestampType: config.timestampType,
    timestampBeforeMaxMs: config.timestampBeforeMaxMs,
    timestampAfterMaxMs: config.timestampAfterMaxMs,
    messageBytesMax: config.messageBytesMax,
    compacted: config.cleanupPolicies.includes('compact'),
    compression: config.compression,
    ...(level ? { compressionLevel: config.compressionLevels[config.compression as 'gzip'] } : {}),
  }
}
