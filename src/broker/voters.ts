/** Who votes in the metadata quorum, and where each of them listens: over unix sockets on one machine, else over TCP. */
import type { Address } from '../host/net.ts'
import type { Properties } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import { own } from './own-configs.ts'
import type { Settings } from './settings.ts'

export const controllerListener = 'CONTROLLER'

const placeholder = '{id}'

/** The unix socket of a node's controller listener; null where the quorum speaks over TCP. */
export function nodeSocket(properties: Properties, nodeId: number): string | null {
  const pattern = own(properties, 'jackdaw.controller.socket')
  return pattern === null ? null : pattern.replace(placeholder, String(nodeId))
}

/** How a node belongs to the quorum, by its configuration. What its log says of the voters comes before that. */
export interface Membership {
  /** Static voters by id, ascending; empty: this node alone. */
  readonly voterIds: readonly number[]
  /** What becomes of a directory that was never used. */
  readonly fresh: 'static' | 'standalone' | 'join'
  /** Nodes to ask who leads: by their ids on this machine, else by numbers below 0, which stand for their addresses. */
  readonly bootstrapIds: readonly number[]
  readonly listenerName: string
  readonly isController: boolean
  readonly isBroker: boolean
  readonly isLocal: boolean
}

export function membership(
  properties: Properties,
  settings: Settings,
  { nodeId, endpoints }: { nodeId: number; endpoints: readonly { host: string; port: number }[] },
): Membership {
  const local = own(properties, 'jackdaw.voters').map(Number)
  const ids = local.length > 0 ? local : [...remoteVoters(settings).keys()]
  const peers = own(properties, 'jackdaw.peers').map(Number)
  const servers = bootstrapServers(settings)
  const roles = settings.get('process.roles')
  const isController = roles.includes('controller')
  const others =
    peers.some((id) => id !== nodeId) ||
    servers.some(
      ({ host, port }) => !endpoints.some((own) => own.host === host && own.port === port),
    )
  const isNamed = ids.includes(nodeId)
  const isStatic = isNamed || (peers.length === 0 && servers.length === 0)
  const fresh = isStatic ? 'static' : others || !isController ? 'join' : 'standalone'
  return {
    voterIds: ids.sort((a, b) => a - b),
    fresh,
    bootstrapIds: [...new Set([...ids, ...peers]), ...servers.map((_, index) => idOf(index))],
    listenerName: settings.get('controller.listener.names')?.[0] ?? controllerListener,
    isController,
    isBroker: roles.includes('broker'),
    isLocal: peers.length > 0,
  }
}

/** Kafka's own clients know servers without an id by such numbers too. */
const idOf = (index: number): number => -2 - index
const indexOf = (id: number): number => -2 - id

export function voterAddress(
  properties: Properties,
  settings: Settings,
  { id, place }: { id: number; place: { host: string; port: number } | null },
): Address | null {
  if (id < 0) return bootstrapServers(settings)[indexOf(id)] ?? null
  const path = nodeSocket(properties, id)
  return path === null ? (place ?? remoteVoters(settings).get(id) ?? null) : { path }
}

/** `controller.quorum.bootstrap.servers`: host:port, separated by commas. */
function bootstrapServers(settings: Settings): { host: string; port: number }[] {
  return (settings.get('controller.quorum.bootstrap.servers') ?? []).map((text) => {
    const match = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text)
    if (match === null) {
      throw new KafkaError(
        'INVALID_CONFIG',
        `controller.quorum.bootstrap.servers: ${text} is not host:port`,
      )
    }
    return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) }
  })
}

/** `controller.quorum.voters`: id@host:port, separated by commas. */
function remoteVoters(settings: Settings): Map<number, Address> {
  const voters = new Map<number, Address>()
  for (const text of settings.get('controller.quorum.voters') ?? []) {
    const match = /^(\d+)@(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text)
    if (match === null) {
      throw new KafkaError(
        'INVALID_CONFIG',
        `controller.quorum.voters: ${text} is not id@host:port`,
      )
    }
    voters.set(Number(match[1]), { host: match[2] ?? match[3] ?? '', port: Number(match[4]) })
  }
  return voters
}
