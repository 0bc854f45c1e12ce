/** One listener: takes connections and keeps their number, and the time that they may be idle, within bounds. */
import type { Cancel } from '../host/clock.ts'
import type { Address, Net, ServerSocket, Socket, SocketEvents } from '../host/net.ts'
import type { Broker } from './broker.ts'
import type { Handler } from './handler.ts'
import { ServerConnection } from './server-connection.ts'

export interface ServerOptions {
  readonly net: Net
  readonly broker: Broker
  readonly handlers: ReadonlyMap<number, Handler>
  /** The listener's name, as in `listeners`. */
  readonly name: string
  readonly address: Address
  /** socket.request.max.bytes */
  readonly requestBytesMax: number
  /** max.connections */
  readonly connectionsMax: number
  /** connections.max.idle.ms; below 0 a connection may be idle for ever. */
  readonly idleMsMax: number
  /** Requests wait for it. */
  readonly ready: Promise<void>
}

const sweepMsMax = 30_000

export class Server {
  readonly #options: ServerOptions
  readonly #connections = new Set<ServerConnection>()
  #socket: ServerSocket | null = null
  #cancelSweep: Cancel = () => {}

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get address(): Address {
    return this.#socket?.address ?? this.#options.address
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  async listen(): Promise<void> {
    const { net, address } = this.#options
    this.#socket = await net.listen(address, (socket) => this.#accept(socket))
    this.#sweepLater()
  }

  /** Takes no more connections, lets answers that are on their way leave, and closes. */
  async close(graceMs: number): Promise<void> {
    this.#cancelSweep()
    const closed = this.#socket?.close()
    const connections = [...this.#connections]
    for (const each of connections) each.finish()
    await this.#emptied(connections, graceMs)
    for (const each of this.#connections) each.destroy()
    await closed
  }

  #emptied(connections: readonly ServerConnection[], graceMs: number): Promise<void> {
    const { clock } = this.#options.broker
    return new Promise((resolve) => {
      const cancel = clock.schedule(graceMs, resolve, { keepAlive: true })
      Promise.all(connections.map(({ whenClosed }) => whenClosed)).then(() => {
        cancel()
        resolve()
      })
    })
  }

  #accept(socket: Socket): SocketEvents {
    const { broker, name, connectionsMax } = this.#options
    if (this.#connections.size >= connectionsMax) {
      broker.logger.warn({ listener: name, connectionsMax }, 'too many connections')
      socket.destroy()
      return { data() {}, drain() {}, close() {} }
    }
    const connection = new ServerConnection(socket, this.#options)
    this.#connections.add(connection)
    connection.whenClosed.then(() => this.#connections.delete(connection))
    return connection
  }

  #sweepLater(): void {
    const { idleMsMax, broker } = this.#options
    if (idleMsMax < 0) return
    this.#cancelSweep = broker.clock.schedule(Math.min(idleMsMax, sweepMsMax), () => {
      const since = broker.clock.monotonic() - idleMsMax
      for (const each of this.#connections) each.closeIfIdle(since)
      this.#sweepLater()
    })
  }
}
