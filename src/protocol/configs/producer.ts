import { boolean, className, high, int, list, long, low, string, table } from '../configs.ts'
import { commonClientConfigs } from './client.ts'
import {
  atLeast,
  between,
  distinct,
  gzipLevel,
  notEmpty,
  oneOf,
  someDistinct,
} from './validators.ts'

/** The producer. */
export const producerConfigs = {
  ...commonClientConfigs,
  ...table({
    acks: string('all', low, oneOf('all', '-1', '0', '1')),
    'batch.size': int(16_384, atLeast(0)),
    'bootstrap.servers': list(undefined, high, someDistinct),
    'buffer.memory': long(33_554_432n, high, atLeast(0)),
    'client.id': string(''),
    'compression.gzip.level': int(-1, gzipLevel),
    'compression.lz4.level': int(9, between(1, 17)),
    'compression.type': string('none', high, oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd')),
    'compression.zstd.level': int(3, between(-131_072, 22)),
    'connections.max.idle.ms': long(540_000n),
    'delivery.timeout.ms': int(120_000, atLeast(0)),
    'enable.idempotence': boolean(true, low),
    'enable.metrics.push': boolean(true, low),
    'interceptor.classes': list([], low, distinct),
    'key.serializer': className(undefined, high),
    'linger.ms': long(5n, atLeast(0)),
    'max.block.ms': long(60_000n, atLeast(0)),
    'max.in.flight.requests.per.connection': int(5, low, atLeast(1)),
    'max.request.size': int(1_048_576, atLeast(0)),
    'metadata.max.idle.ms': long(300_000n, low, atLeast(5000)),
    'partitioner.adaptive.partitioning.enable': boolean(true, low),
    'partitioner.availability.timeout.ms': long(0n, low, atLeast(0)),
    'partitioner.class': className(null),
    'partitioner.ignore.keys': boolean(false),
    'receive.buffer.bytes': int(32_768, atLeast(-1)),
    retries: int(2_147_483_647, high, between(0, 2_147_483_647)),
    'transaction.timeout.ms': int(60_000, low),
    'transaction.two.phase.commit.enable': boolean(false, low),
    'transactional.id': string(null, low, notEmpty),
    'value.serializer': className(undefined, high),
  }),
}
