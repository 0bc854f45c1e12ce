/** How a node reaches the others: the quorum by its voters' addresses, leaders by the endpoints that the metadata has. */
import type { Clock } from '../host/clock.ts'
import type { Net } from '../host/net.ts'
import type { Properties } from '../protocol/configs/effective.ts'
import { addressOf } from '../wire/address.ts'
import type { Endpoint } from './broker.ts'
import { Links } from './peers.ts'
import type { Settings } from './settings.ts'
import { voterAddress } from './voters.ts'

interface Common {
  readonly host: { readonly net: Net; readonly clock: Clock }
  readonly brokerId: number
  readonly settings: Settings
}

const connectTimeoutMs = 1000

export function quorumLinks({
  host,
  brokerId,
  settings,
  properties,
  onLost,
}: Common & { properties: Properties; onLost: (id: number) => void }): Links {
  return new Links({
    net: host.net,
    clock: host.clock,
    clientId: `node-${brokerId}`,
    connectTimeoutMs,
    requestTimeoutMs: settings.get('controller.quorum.request.timeout.ms'),
    addressOf: (id) => voterAddress(properties, settings, id),
    onLost,
  })
}

export function fetcherLinks({
  host,
  brokerId,
  settings,
  endpointOf,
}: Common & { endpointOf: (id: number) => Endpoint | null }): Links {
  return new Links({
    net: host.net,
    clock: host.clock,
    clientId: `broker-${brokerId}-fetcher`,
    connectTimeoutMs,
    requestTimeoutMs: settings.get('replica.socket.timeout.ms'),
    addressOf: (id) => {
      const endpoint = endpointOf(id)
      return endpoint === null ? null : addressOf(endpoint.host, endpoint.port)
    },
  })
}
