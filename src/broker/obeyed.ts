/**
 * The configurations that this broker obeys. Every other one of Kafka's is taken, checked, stored and shown, and changes
 * nothing; `docs/configs.md` says so, and a test compares this table with what the sources read. A broker's configuration
 * that gives a topic's or group's default is obeyed where that one is, and need not stand here.
 */
import type { brokerConfigs } from '../protocol/configs/broker.ts'
import type { groupConfigs } from '../protocol/configs/group.ts'
import type { topicConfigs } from '../protocol/configs/topic.ts'

interface Obeyed {
  readonly broker: readonly (keyof typeof brokerConfigs)[]
  readonly topic: readonly (keyof typeof topicConfigs)[]
  readonly group: readonly (keyof typeof groupConfigs)[]
}

export const obeyed: Obeyed = {
  broker: [
    'advertised.listeners',
    'auto.create.topics.enable',
    'auto.leader.rebalance.enable',
    'broker.heartbeat.interval.ms',
    'broker.id',
    'broker.rack',
    'broker.session.timeout.ms',
    'controller.quorum.election.backoff.max.ms',
    'controller.quorum.election.timeout.ms',
    'controller.quorum.fetch.timeout.ms',
    'controller.quorum.request.timeout.ms',
    'controller.quorum.retry.backoff.ms',
    'default.replication.factor',
    'delete.topic.enable',
    'fetch.max.bytes',
    'leader.imbalance.check.interval.seconds',
    'listeners',
    'log.dir',
    'log.dirs',
    'max.connections',
    'max.incremental.fetch.session.cache.slots',
    'max.request.partition.size.limit',
    'metadata.log.dir',
    'metadata.log.max.record.bytes.between.snapshots',
    'metadata.log.max.snapshot.interval.ms',
    'metadata.max.idle.interval.ms',
    'node.id',
    'num.partitions',
    'offsets.topic.num.partitions',
    'offsets.topic.replication.factor',
    'offsets.topic.segment.bytes',
    'process.roles',
    'socket.request.max.bytes',
    'transaction.state.log.min.isr',
    'transaction.state.log.num.partitions',
    'transaction.state.log.replication.factor',
    'transaction.state.log.segment.bytes',
  ],
  topic: [
    'cleanup.policy',
    'compression.gzip.level',
    'compression.lz4.level',
    'compression.type',
    'compression.zstd.level',
    'delete.retention.ms',
    'file.delete.delay.ms',
    'flush.messages',
    'flush.ms',
    'index.interval.bytes',
    'internal.segment.bytes',
    'max.compaction.lag.ms',
    'max.message.bytes',
    'message.timestamp.after.max.ms',
    'message.timestamp.before.max.ms',
    'message.timestamp.type',
    'min.cleanable.dirty.ratio',
    'min.compaction.lag.ms',
    'min.insync.replicas',
    'retention.bytes',
    'retention.ms',
    'segment.bytes',
    'segment.index.bytes',
    'segment.jitter.ms',
    'segment.ms',
    'unclean.leader.election.enable',
  ],
  group: [],
}
