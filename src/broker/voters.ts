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

/** Ids, ascending; empty means: this node alone. */
export function voterIds(properties: Properties, settings: Settings): number[] {
  const local = own(properties, 'jackdaw.voters').map(Number)
  const ids = local.length > 0 ? local : [...remoteVoters(settings).keys()]
  return ids.sort((a, b) => a - b)
}

export function voterAddress(
  properties: Properties,
  settings: Settings,
  nodeId: number,
): Address | null {
  const path = nodeSocket(properties, nodeId)
  return path === null ? (remoteVoters(settings).get(nodeId) ?? null) : { path }
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
