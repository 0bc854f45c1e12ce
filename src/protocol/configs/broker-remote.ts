import {
  boolean,
  clusterWide,
  double,
  int,
  internal,
  long,
  low,
  readOnly,
  string,
  table,
} from '../configs.ts'
import { atLeast, between, notEmpty } from './validators.ts'

const longMax = 0x7fffffffffffffffn

/** Tiered storage (KIP-405). */
export const remoteConfigs = table({
  'remote.fetch.max.wait.ms': int(500, clusterWide, atLeast(1)),
  'remote.list.offsets.request.timeout.ms': long(30_000n, clusterWide, atLeast(1)),
  'remote.log.index.file.cache.total.size.bytes': long(
    1_073_741_824n,
    low,
    clusterWide,
    atLeast(1),
  ),
  'remote.log.index.file.cache.ttl.ms': long(900_000n, low, readOnly, internal, atLeast(-1)),
  'remote.log.manager.copier.thread.pool.size': int(10, clusterWide, atLeast(1)),
  'remote.log.manager.copy.max.bytes.per.second': long(longMax, clusterWide, atLeast(1)),
  'remote.log.manager.copy.quota.window.num': int(11, readOnly, atLeast(1)),
  'remote.log.manager.copy.quota.window.size.seconds': int(1, readOnly, atLeast(1)),
  'remote.log.manager.expiration.thread.pool.size': int(10, clusterWide, atLeast(1)),
  'remote.log.manager.fetch.max.bytes.per.second': long(longMax, clusterWide, atLeast(1)),
  'remote.log.manager.fetch.quota.window.num': int(11, readOnly, atLeast(1)),
  'remote.log.manager.fetch.quota.window.size.seconds': int(1, readOnly, atLeast(1)),
  'remote.log.manager.follower.thread.pool.size': int(2, clusterWide, atLeast(1)),
  'remote.log.manager.task.interval.ms': long(30_000n, low, readOnly, atLeast(1)),
  'remote.log.manager.task.retry.backoff.max.ms': long(
    30_000n,
    low,
    readOnly,
    internal,
    atLeast(1),
  ),
  'remote.log.manager.task.retry.backoff.ms': long(500n, low, readOnly, internal, atLeast(1)),
  'remote.log.manager.task.retry.jitter': double(0.2, low, readOnly, internal, between(0, 0.5)),
  'remote.log.manager.thread.pool.size': int(2, readOnly, atLeast(1)),
  'remote.log.metadata.custom.metadata.max.bytes': int(128, low, readOnly, atLeast(0)),
  'remote.log.metadata.manager.class.name': string(
    'org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager',
    readOnly,
    notEmpty,
  ),
  'remote.log.metadata.manager.class.path': string(null, readOnly),
  'remote.log.metadata.manager.impl.prefix': string('rlmm.config.', readOnly, notEmpty),
  'remote.log.metadata.manager.listener.name': string(null, readOnly, notEmpty),
  'remote.log.reader.max.pending.tasks': int(100, readOnly, atLeast(1)),
  'remote.log.reader.threads': int(10, clusterWide, atLeast(1)),
  'remote.log.storage.manager.class.name': string(null, readOnly, notEmpty),
  'remote.log.storage.manager.class.path': string(null, readOnly),
  'remote.log.storage.manager.impl.prefix': string('rsm.config.', readOnly, notEmpty),
  'remote.log.storage.system.enable': boolean(false, readOnly),
})
