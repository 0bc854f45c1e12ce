/** Where the nodes of the quorum listen over TCP: as the log says of its voters, else as they have said themselves. */
import type { RaftNode } from '../../raft/node.ts'
import type { VoterEndpoint } from '../../raft/voters.ts'

export interface Place {
  readonly host: string
  readonly port: number
}

export class Places {
  readonly #node: () => RaftNode
  readonly #listenerName: string | undefined
  readonly #told = new Map<number, Place>()

  /** `listenerName`: the first of `controller.listener.names`, where the quorum meets. */
  constructor(node: () => RaftNode, listenerName?: string) {
    this.#node = node
    this.#listenerName = listenerName
  }

  of(id: number): Place | null {
    const voter = this.#node().voters.find((each) => each.id === id)
    return this.#placeIn(voter?.endpoints ?? []) ?? this.#told.get(id) ?? null
  }

  note(id: number, place: Place): void {
    this.#told.set(id, place)
  }

  noteEndpoints(id: number, endpoints: readonly VoterEndpoint[]): void {
    const place = this.#placeIn(endpoints)
    if (place !== null) this.note(id, place)
  }

  #placeIn(endpoints: readonly VoterEndpoint[]): Place | null {
    const found = endpoints.find(({ name }) => name === this.#listenerName) ?? endpoints[0]
    return found === undefined ? null : { host: found.host, port: found.port }
  }
}

/**
 * Where a voter is to be found, for the log: every Kafka must be able to read it. A unix socket has no such place; its node
 * is named with the port at which it would listen.
 */
export function voterEndpoint(id: number, { name, host, port }: VoterEndpoint): VoterEndpoint {
  if (!host.startsWith('/')) return { name, host, port }
  return { name, host: 'localhost', port: nominalPort + id }
}

/** How a node that listens on a unix socket alone stands among the voters. */
export function socketVoterEndpoint(id: number) {
  return voterEndpoint(id, { name: 'CONTROLLER', host: '/', port: 0 })
}

const nominalPort = 19_090
