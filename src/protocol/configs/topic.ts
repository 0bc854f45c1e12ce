import { boolean, double, from, int, internal, list, long, string, table } from '../configs.ts'
import { atLeast, between, gzipLevel, listOf, oneOf, throttledReplicas } from './validators.ts'

const longMax = 0x7fffffffffffffffn

/** What a topic may be given, in the order in which Kafka looks at it: of several faults the first is told. The default is the broker's, then its own. */
export const topicConfigs = table({
  'segment.bytes': int(1_073_741_824, atLeast(1_048_576), from('log.segment.bytes')),
  'segment.ms': long(604_800_000n, atLeast(1), from('log.roll.ms', ['log.roll.hours', 3_600_000n])),
  'segment.jitter.ms': long(
    0n,
    atLeast(0),
    from('log.roll.jitter.ms', ['log.roll.jitter.hours', 3_600_000n]),
  ),
  'segment.index.bytes': int(10_485_760, atLeast(4), from('log.index.size.max.bytes')),
  'flush.messages': long(longMax, atLeast(1), from('log.flush.interval.messages')),
  'flush.ms': long(
    longMax,
    atLeast(0),
    from('log.flush.interval.ms', 'log.flush.scheduler.interval.ms'),
  ),
  'retention.bytes': long(-1n, from('log.retention.bytes')),
  'retention.ms': long(
    604_800_000n,
    atLeast(-1),
    from(
      'log.retention.ms',
      ['log.retention.minutes', 60_000n],
      ['log.retention.hours', 3_600_000n],
    ),
  ),
  'max.message.bytes': int(1_048_588, atLeast(0), from('message.max.bytes')),
  'index.interval.bytes': int(4096, atLeast(0), from('log.index.interval.bytes')),
  'delete.retention.ms': long(86_400_000n, atLeast(0), from('log.cleaner.delete.retention.ms')),
  'min.compaction.lag.ms': long(0n, atLeast(0), from('log.cleaner.min.compaction.lag.ms')),
  'max.compaction.lag.ms': long(longMax, atLeast(1), from('log.cleaner.max.compaction.lag.ms')),
  'file.delete.delay.ms': long(60_000n, atLeast(0), from('log.segment.delete.delay.ms')),
  'min.cleanable.dirty.ratio': double(0.5, between(0, 1), from('log.cleaner.min.cleanable.ratio')),
  'cleanup.policy': list(['delete'], listOf('compact', 'delete'), from('log.cleanup.policy')),
  'unclean.leader.election.enable': boolean(false, from('unclean.leader.election.enable')),
  'min.insync.replicas': int(1, atLeast(1), from('min.insync.replicas')),
  'compression.type': string(
    'producer',
    oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    from('compression.type'),
  ),
  'compression.gzip.level': int(-1, gzipLevel, from('compression.gzip.level')),
  'compression.lz4.level': int(9, between(1, 17), from('compression.lz4.level')),
  'compression.zstd.level': int(3, between(-131_072, 22), from('compression.zstd.level')),
  preallocate: boolean(false, from('log.preallocate')),
  'message.timestamp.type': string(
    'CreateTime',
    oneOf('CreateTime', 'LogAppendTime'),
    from('log.message.timestamp.type'),
  ),
  'message.timestamp.before.max.ms': long(
    longMax,
    atLeast(0),
    from('log.message.timestamp.before.max.ms'),
  ),
  'message.timestamp.after.max.ms': long(
    3_600_000n,
    atLeast(0),
    from('log.message.timestamp.after.max.ms'),
  ),
  'leader.replication.throttled.replicas': list([], throttledReplicas),
  'follower.replication.throttled.replicas': list([], throttledReplicas),
  'remote.storage.enable': boolean(false),
  'local.retention.ms': long(-2n, atLeast(-2), from('log.local.retention.ms')),
  'local.retention.bytes': long(-2n, atLeast(-2), from('log.local.retention.bytes')),
  'remote.log.copy.disable': boolean(false),
  'remote.log.delete.on.disable': boolean(false),
  'internal.segment.bytes': int(null, internal),
})
