import { clusterWide, long, table } from '../configs.ts'
import { groupsConfigs } from './broker-groups.ts'
import { logConfigs } from './broker-log.ts'
import { networkConfigs } from './broker-network.ts'
import { quorumConfigs } from './broker-quorum.ts'
import { remoteConfigs } from './broker-remote.ts'
import { serverConfigs } from './broker-server.ts'
import { transactionsConfigs } from './broker-transactions.ts'
import { atLeast } from './validators.ts'

/** What can only be set dynamically, and limits nothing where it is not; Kafka shows it only where it is. */
export const throttleConfigs = table({
  'follower.replication.throttled.rate': long(undefined, clusterWide, atLeast(0)),
  'leader.replication.throttled.rate': long(undefined, clusterWide, atLeast(0)),
  'replica.alter.log.dirs.io.max.bytes.per.second': long(undefined, clusterWide, atLeast(0)),
})

/** Everything that a broker or controller may be given. */
export const brokerConfigs = {
  ...groupsConfigs,
  ...logConfigs,
  ...networkConfigs,
  ...quorumConfigs,
  ...remoteConfigs,
  ...serverConfigs,
  ...transactionsConfigs,
}
