/** What a partition's log obeys; the names say Kafka's in words, the unit last. A change counts from the next step on. */
export interface LogConfig {
  readonly cleanupPolicies: readonly ('delete' | 'compact')[]
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly segmentJitterMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  /** −1: for ever. */
  readonly retentionMs: number
  /** −1: without limit. */
  readonly retentionBytes: number
  readonly fileDeleteDelayMs: number
  /** Records after which, and time after which, the log is forced to the medium. */
  readonly flushMessages: number
  readonly flushMs: number
  readonly messageBytesMax: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly timestampBeforeMaxMs: bigint
  readonly timestampAfterMaxMs: bigint
  readonly compression: 'producer' | 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** LZ4's level is stored and not obeyed: its library has one way to compress. */
  readonly compressionLevels: { readonly gzip: number; readonly zstd: number }
  readonly dirtyRatioMin: number
  readonly compactionLagMinMs: number
  readonly compactionLagMaxMs: number
  readonly deleteRetentionMs: number
}

/** From a topic's configurations under Kafka's names. An int64 becomes a number: the nearest one, where it means "for ever". */
export function logConfig(get: (kafkaName: never) => unknown): LogConfig {
  const value = get as (kafkaName: string) => unknown
  const number = (name: string): number => Number(value(name))
  const codec = value('compression.type') as string
  return {
    cleanupPolicies: value('cleanup.policy') as LogConfig['cleanupPolicies'],
    // Internal to Kafka, for tests that want small segments.
    segmentBytes: Number(value('internal.segment.bytes') ?? value('segment.bytes')),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    messageBytesMax: number('max.message.bytes'),
    timestampType: value('message.timestamp.type') as LogConfig['timestampType'],
    timestampBeforeMaxMs: BigInt(value('message.timestamp.before.max.ms') as bigint),
    timestampAfterMaxMs: BigInt(value('message.timestamp.after.max.ms') as bigint),
    compression: (codec === 'uncompressed' ? 'none' : codec) as LogConfig['compression'],
    compressionLevels: {
      gzip: number('compression.gzip.level'),
      zstd: number('compression.zstd.level'),
    },
    dirtyRatioMin: number('min.cleanable.dirty.ratio'),
    compactionLagMinMs: number('min.compaction.lag.ms'),
    compactionLagMaxMs: number('max.compaction.lag.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
  }
}
