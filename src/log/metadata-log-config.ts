import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { type LogConfig, logConfig } from './log-config.ts'

/** The quorum deletes what its snapshots hold, and flushes where its word depends on it. */
export function metadataLogConfig(settings: BrokerConfigs): LogConfig {
  return {
    ...logConfig((name) => settings.topic().get(name)),
    cleanupPolicies: ['delete'],
    segmentBytes: settings.get('metadata.log.segment.bytes'),
    segmentMs: Number(settings.get('metadata.log.segment.ms')),
    segmentJitterMs: 0,
    retentionMs: -1,
    retentionBytes: -1,
    flushMessages: Number.POSITIVE_INFINITY,
    flushMs: Number.POSITIVE_INFINITY,
    compression: 'producer',
  }
}
