/** `replica.selector.class`: whether a consumer is sent to the replica of its own rack (KIP-392). */
import type { Properties } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Settings } from './settings.ts'

const rackAware = 'org.apache.kafka.common.replica.RackAwareReplicaSelector'
const leaderOnly = 'org.apache.kafka.common.replica.LeaderSelector'

export const selectsByRack = (settings: Settings): boolean =>
  settings.get('replica.selector.class') === rackAware

/** A class of one's own cannot be had here; Apache Kafka ends, too, where it does not find one. */
export function checkSelector(properties: Properties): void {
  const named = properties.get('replica.selector.class')
  if (named === undefined || [rackAware, leaderOnly].includes(named.trim())) return
  throw new KafkaError(
    'INVALID_CONFIG',
    `replica.selector.class: there is no ${named} here, only ${rackAware} and ${leaderOnly}`,
  )
}
