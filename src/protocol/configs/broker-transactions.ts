import {
  boolean,
  clusterWide,
  high,
  int,
  internal,
  low,
  readOnly,
  short,
  table,
} from '../configs.ts'
import { atLeast } from './validators.ts'

/** Producer ids and the transaction coordinator. */
export const transactionsConfigs = table({
  'add.partitions.to.txn.retry.backoff.max.ms': int(100, high, readOnly, atLeast(0)),
  'add.partitions.to.txn.retry.backoff.ms': int(20, high, readOnly, atLeast(1)),
  'producer.id.expiration.check.interval.ms': int(600_000, low, readOnly, internal, atLeast(1)),
  'producer.id.expiration.ms': int(86_400_000, low, clusterWide, atLeast(1)),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
    10_000,
    low,
    readOnly,
    atLeast(1),
  ),
  'transaction.max.timeout.ms': int(900_000, high, readOnly, atLeast(1)),
  'transaction.partition.verification.enable': boolean(true, low, clusterWide),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(
    3_600_000,
    low,
    readOnly,
    atLeast(1),
  ),
  'transaction.state.log.load.buffer.size': int(5_242_880, high, readOnly, atLeast(1)),
  'transaction.state.log.min.isr': int(2, high, readOnly, atLeast(1)),
  'transaction.state.log.num.partitions': int(50, high, readOnly, atLeast(1)),
  'transaction.state.log.replication.factor': short(3, high, readOnly, atLeast(1)),
  'transaction.state.log.segment.bytes': int(104_857_600, high, readOnly, atLeast(1)),
  'transaction.two.phase.commit.enable': boolean(false, low, readOnly),
  'transactional.id.expiration.ms': int(604_800_000, high, readOnly, atLeast(1)),
})
