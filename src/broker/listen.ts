/** The listeners of one broker: TCP as `listeners` says, and the unix socket. Requests wait until the broker is ready. */

import type { Disk } from '../host/disk.ts'
import type { Address, Net } from '../host/net.ts'
import type { Properties } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import { servedOn } from './handlers/index.ts'
import { assertPlain, type ListenerAddress, parseListeners, unixListener } from './listeners.ts'
import { own } from './own-configs.ts'
import { Server } from './server.ts'
import { controllerListener, nodeSocket } from './voters.ts'

export interface ListenersOptions {
  readonly net: Net
  readonly disk: Disk
  readonly broker: Broker
  readonly properties: Properties
  /** Clients are answered from then on. */
  readonly ready: Promise<void>
  /** The quorum's other nodes are answered from then on, which is earlier: without them nothing gets ready. */
  readonly quorumReady: Promise<void>
}

type Kind = 'broker' | 'controller'

export interface RegisteredEndpoint {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly securityProtocol: number
}

const plaintext = 0
/** How many ports are tried after the one that was wanted. */
const fallbackPorts = 100
const anyPort = 0
const closeGraceMs = 1000

export class Listeners {
  readonly #options: ListenersOptions
  readonly #servers: { server: Server; name: string; kind: Kind }[] = []

  constructor(options: ListenersOptions) {
    this.#options = options
  }

  /** Binds all of them. Throws INVALID_CONFIG or what the machine says of a port that is taken. */
  async bind(): Promise<void> {
    const { broker, properties } = this.#options
    const texts = broker.settings.get('listeners')
    const socket = own(properties, 'jackdaw.socket')
    try {
      if (socket !== null) await this.#bindSocket('broker', socket)
      const controllerSocket = nodeSocket(properties, broker.id)
      if (controllerSocket !== null) await this.#bindSocket('controller', controllerSocket)
      const forControllers = new Set(broker.settings.get('controller.listener.names'))
      const listeners = parseListeners('listeners', texts)
      assertPlain(listeners, broker.settings.get('listener.security.protocol.map'))
      for (const each of listeners) {
        await this.#bindPort(forControllers.has(each.name) ? 'controller' : 'broker', each)
      }
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /**
   * As others reach this broker, or the controller in it: with the port that was really taken, or as `advertised.listeners`
   * says.
   */
  endpoints(wanted: Kind = 'broker'): RegisteredEndpoint[] {
    const advertised = this.#options.broker.settings.get('advertised.listeners')
    const given = parseListeners('advertised.listeners', advertised ?? [])
    return this.#servers
      .filter(({ kind }) => kind === wanted)
      .map(({ server, name }) => {
        const { address } = server
        if ('path' in address)
          return { name, host: address.path, port: 0, securityProtocol: plaintext }
        const other = given.find((each) => each.name === name)
        const host = other?.host ?? (address.host === '' ? 'localhost' : address.host)
        return { name, host, port: other?.port ?? address.port, securityProtocol: plaintext }
      })
  }

  /** Takes no more requests, lets answers that are on their way leave. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(({ server }) => server.close(closeGraceMs)))
    for (const { server } of this.#servers) {
      if ('path' in server.address) this.#options.disk.remove(server.address.path)
    }
  }

  /** A socket that nobody listens on any more is removed; one that somebody answers on never. */
  async #bindSocket(kind: Kind, path: string): Promise<void> {
    const { disk, net } = this.#options
    const there = disk.stat(path)
    if (there !== null) {
      // A socket has no size; what has one is somebody's file.
      if (there.isDirectory || there.size > 0) {
        throw new KafkaError('INVALID_CONFIG', `jackdaw.socket: ${path} is no socket`)
      }
      if (!(await isStale(net, { path }))) {
        throw new KafkaError('INVALID_CONFIG', `jackdaw.socket: another process listens on ${path}`)
      }
      disk.remove(path)
    }
    try {
      await this.#bind(kind, kind === 'broker' ? unixListener : controllerListener, { path })
    } catch (cause) {
      const text = `jackdaw.socket: cannot listen on ${path}: ${(cause as Error).message}`
      throw new KafkaError('INVALID_CONFIG', text, { cause })
    }
  }

  async #bindPort(kind: Kind, { name, host, port }: ListenerAddress): Promise<void> {
    const fallback = port !== anyPort && own(this.#options.properties, 'jackdaw.port.fallback')
    const ports = fallback ? [...range(port, port + fallbackPorts), anyPort] : [port]
    for (const each of ports) {
      try {
        return await this.#bind(kind, name, { host, port: each })
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE' && each !== ports.at(-1))
          continue
        const text = `listeners: cannot listen on ${host}:${each}: ${(cause as Error).message}`
        throw new KafkaError('INVALID_CONFIG', text, { cause })
      }
    }
  }

  async #bind(kind: Kind, name: string, address: Address): Promise<void> {
    const { net, broker, ready, quorumReady } = this.#options
    const server = new Server({
      net,
      broker,
      name,
      address,
      handlers: servedOn(kind, { isSocket: 'path' in address }),
      requestBytesMax: broker.settings.get('socket.request.max.bytes'),
      connectionsMax: broker.settings.get('max.connections'),
      idleMsMax: Number(broker.settings.get('connections.max.idle.ms')),
      ready: kind === 'broker' ? ready : quorumReady,
    })
    await server.listen()
    this.#servers.push({ server, name, kind })
  }
}

/** Only a refused connection says that nobody listens: one that is too busy to take us is alive. */
async function isStale(net: Net, address: Address): Promise<boolean> {
  try {
    const socket = await net.connect(address, { data() {}, drain() {}, close() {} })
    socket.destroy()
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
  }
}

function* range(from: number, to: number): Iterable<number> {
  for (let each = from; each < to && each <= 65_535; each++) yield each
}
