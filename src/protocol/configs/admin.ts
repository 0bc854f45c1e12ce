import { boolean, high, int, list, long, low, string, table } from '../configs.ts'
import { commonClientConfigs } from './client.ts'
import { atLeast, between, distinct } from './validators.ts'

/** The admin client, which is what most tools are. */
export const adminConfigs = {
  ...commonClientConfigs,
  ...table({
    'bootstrap.controllers': list([], high, distinct),
    'bootstrap.servers': list([], high, distinct),
    'client.id': string(''),
    'connections.max.idle.ms': long(300_000n),
    'default.api.timeout.ms': int(60_000, atLeast(0)),
    'enable.metrics.push': boolean(false, low),
    'receive.buffer.bytes': int(65_536, atLeast(-1)),
    retries: int(2_147_483_647, low, between(0, 2_147_483_647)),
  }),
}
