import { boolean, from, int, string, table } from '../configs.ts'
import { atLeast, oneOf, shareOffsetReset } from './validators.ts'

/** What a group may be given (KIP-848, KIP-932, KIP-1071). */
export const groupConfigs = table({
  'consumer.session.timeout.ms': int(45_000, atLeast(1), from('group.consumer.session.timeout.ms')),
  'consumer.heartbeat.interval.ms': int(
    5000,
    atLeast(1),
    from('group.consumer.heartbeat.interval.ms'),
  ),
  'consumer.assignment.interval.ms': int(
    1000,
    atLeast(0),
    from('group.consumer.assignment.interval.ms'),
  ),
  'share.session.timeout.ms': int(45_000, atLeast(1), from('group.share.session.timeout.ms')),
  'share.heartbeat.interval.ms': int(5000, atLeast(1), from('group.share.heartbeat.interval.ms')),
  'share.record.lock.duration.ms': int(
    30_000,
    atLeast(1000),
    from('group.share.record.lock.duration.ms'),
  ),
  'share.delivery.count.limit': int(5, atLeast(2), from('group.share.delivery.count.limit')),
  'share.partition.max.record.locks': int(
    2000,
    atLeast(100),
    from('group.share.partition.max.record.locks'),
  ),
  'share.auto.offset.reset': string('latest', shareOffsetReset),
  'share.isolation.level': string('read_uncommitted', oneOf('read_committed', 'read_uncommitted')),
  'share.renew.acknowledge.enable': boolean(true),
  'share.assignment.interval.ms': int(1000, atLeast(0), from('group.share.assignment.interval.ms')),
  'streams.session.timeout.ms': int(45_000, atLeast(1), from('group.streams.session.timeout.ms')),
  'streams.heartbeat.interval.ms': int(
    5000,
    atLeast(1),
    from('group.streams.heartbeat.interval.ms'),
  ),
  'streams.num.standby.replicas': int(0, atLeast(0), from('group.streams.num.standby.replicas')),
  'streams.initial.rebalance.delay.ms': int(
    3000,
    atLeast(0),
    from('group.streams.initial.rebalance.delay.ms'),
  ),
  'streams.assignment.interval.ms': int(
    1000,
    atLeast(0),
    from('group.streams.assignment.interval.ms'),
  ),
})
