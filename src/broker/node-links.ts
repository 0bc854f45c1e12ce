/** How a node reaches the others: the quorum by its voters' addresses, leaders by the endpoints that the metadata has. */
import type { Clock } from '../host/clock.ts'
import type { Net } from '../host/net.ts'
import { beginQuorumEpoch } from '../protocol/apis/begin-quorum-epoch.ts'
import { brokerHeartbeat } from '../protocol/apis/broker-heartbeat.ts'
import { brokerRegistration } from '../protocol/apis/broker-registration.ts'
import { controllerRegistration } from '../protocol/apis/controller-registration.ts'
import { endQuorumEpoch } from '../protocol/apis/end-quorum-epoch.ts'
import { fetch } from '../protocol/apis/fetch.ts'
import { fetchSnapshot } from '../protocol/apis/fetch-snapshot.ts'
import { vote } from '../protocol/apis/vote.ts'
import type { Properties } from '../protocol/configs/effective.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../protocol/schema.ts'
import { addressOf } from '../wire/address.ts'
import type { Endpoint } from './broker.ts'
import { Links } from './peers.ts'
import type { Peers } from './quorum/doors.ts'
import type { Settings } from './settings.ts'
import { voterAddress } from './voters.ts'

interface Common {
  readonly host: { readonly net: Net; readonly clock: Clock }
  readonly brokerId: number
  readonly settings: Settings
}

const connectTimeoutMs = 1000

/**
 * The way to the other nodes of the quorum. A node answers what comes over one connection in its order, so that what must not
 * wait for the rest has one of its own: a fetch of the metadata log waits for news, a change until a majority has fetched it.
 */
export class QuorumPeers implements Peers {
  readonly #raft: Links
  readonly #membership: Links
  readonly #changes: Links

  constructor({ host, brokerId, settings, properties, placeOf, onGone }: QuorumPeersOptions) {
    const common = {
      net: host.net,
      clock: host.clock,
      clientId: `node-${brokerId}`,
      connectTimeoutMs,
      requestTimeoutMs: settings.get('controller.quorum.request.timeout.ms'),
      addressOf: (id: number) => voterAddress(properties, settings, { id, place: placeOf(id) }),
    }
    this.#raft = new Links({ ...common, onGone })
    this.#membership = new Links(common)
    this.#changes = new Links(common)
  }

  call<A extends AnyApi>(
    to: number,
    api: A,
    request: RequestOf<A>,
    options: { timeoutMs: number },
  ): Promise<ResponseOf<A>> {
    return this.#linksFor(api).call(to, api, request, options)
  }

  watch(nodeId: number): void {
    this.#raft.watch(nodeId)
  }

  close(): void {
    for (const links of [this.#raft, this.#membership, this.#changes]) links.close()
  }

  #linksFor({ key }: AnyApi): Links {
    if (ofRaft.has(key)) return this.#raft
    return ofMembership.has(key) ? this.#membership : this.#changes
  }
}

interface QuorumPeersOptions extends Common {
  readonly properties: Properties
  /** Where the quorum itself says that a node listens. */
  readonly placeOf: (id: number) => { host: string; port: number } | null
  readonly onGone: (id: number) => void
}

const ofRaft: ReadonlySet<number> = new Set(
  [vote, beginQuorumEpoch, endQuorumEpoch, fetch, fetchSnapshot].map(({ key }) => key),
)
const ofMembership: ReadonlySet<number> = new Set(
  [controllerRegistration, brokerRegistration, brokerHeartbeat].map(({ key }) => key),
)

export function fetcherLinks(options: Common & Pick<BrokerLinksOptions, 'endpointOf'>): Links {
  const requestTimeoutMs = options.settings.get('replica.socket.timeout.ms')
  return brokerLinks({ ...options, purpose: 'fetcher', requestTimeoutMs })
}

export interface BrokerLinksOptions extends Common {
  /** Part of the client's id. */
  readonly purpose: string
  readonly requestTimeoutMs: number
  readonly endpointOf: (id: number) => Endpoint | null
}

/** To the other brokers, as the metadata knows them; what must not wait for the rest has links of its own. */
export function brokerLinks(options: BrokerLinksOptions): Links {
  const { host, brokerId, purpose, requestTimeoutMs, endpointOf } = options
  return new Links({
    net: host.net,
    clock: host.clock,
    clientId: `broker-${brokerId}-${purpose}`,
    connectTimeoutMs,
    requestTimeoutMs,
    addressOf: (id) => {
      const endpoint = endpointOf(id)
      return endpoint === null ? null : addressOf(endpoint.host, endpoint.port)
    },
  })
}
