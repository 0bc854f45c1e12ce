import { double, int, long, table } from '../configs.ts'
import { atLeast } from './validators.ts'

const longMax = 0x7fffffffffffffffn

/** Quotas of users, clients and addresses. */
export const quotaConfigs = table({
  connection_creation_rate: int(2_147_483_647, atLeast(0)),
  consumer_byte_rate: long(longMax),
  controller_mutation_rate: double(2147483647),
  producer_byte_rate: long(longMax),
  request_percentage: double(2147483647),
})
