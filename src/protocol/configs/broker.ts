import { groupsConfigs } from './broker-groups.ts'
import { logConfigs } from './broker-log.ts'
import { networkConfigs } from './broker-network.ts'
import { quorumConfigs } from './broker-quorum.ts'
import { remoteConfigs } from './broker-remote.ts'
import { serverConfigs } from './broker-server.ts'
import { transactionsConfigs } from './broker-transactions.ts'

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
