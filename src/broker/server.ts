/**
 * One listener: takes connections, answers the requests of each one after the other, as Kafka does, and keeps slow readers
 * from filling the memory: a connection whose answers are not read is not read from either.
 */
import type { Address, Net, ServerSocket, Socket, SocketEvents } from '../host/net.ts'
import { FrameReader, FrameTooLarge } from '../wire/frames.ts'
import type { Broker } from './broker.ts'
import { type Answer, dispatch, Refusal } from './dispatch.ts'
import type { Handler } from './handler.ts'

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
  /** Requests wait for it. */
  readonly ready: Promise<void>
}

// Requests that may wait on one connection before it is no longer read from.
const queueMax = 16

export class Server {
  readonly #options: ServerOptions
  readonly #connections = new Set<ServerConnection>()
  #socket: ServerSocket | null = null

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
  }

  /** Takes no more connections, lets answers that are on their way leave, and closes. */
  async close(graceMs: number): Promise<void> {
    const closed = this.#socket?.close()
    const { clock } = this.#options.broker
    const connections = [...this.#connections]
    for (const each of connections) each.finish()
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = clock.schedule(graceMs, resolve)
        for (const each of connections) {
          each.whenClosed.then(() => {
            if (this.#connections.size > 0) return
            cancel()
            resolve()
          })
        }
      })
    }
    for (const each of this.#connections) each.destroy()
    await closed
  }

  #accept(socket: Socket): SocketEvents {
    const { broker, connectionsMax } = this.#options
    if (this.#connections.size >= connectionsMax) {
      broker.logger.warn({ listener: this.#options.name, connectionsMax }, 'too many connections')
      socket.destroy()
      return { data() {}, drain() {}, close() {} }
    }
    const connection = new ServerConnection(socket, this.#options)
    this.#connections.add(connection)
    connection.whenClosed.then(() => this.#connections.delete(connection))
    return connection
  }
}

class ServerConnection implements SocketEvents {
  readonly #socket: Socket
  readonly #options: ServerOptions
  readonly #frames: FrameReader
  readonly #queue: Uint8Array[] = []
  readonly #gone = { aborted: false }
  readonly whenClosed: Promise<void>
  #closed!: () => void
  // Whoever connects while the broker starts is answered when it is ready.
  #busy = true
  #paused = false
  #finishing = false
  #drained: (() => void) | null = null

  constructor(socket: Socket, options: ServerOptions) {
    this.#socket = socket
    this.#options = options
    this.#frames = new FrameReader(options.requestBytesMax)
    this.whenClosed = new Promise((resolve) => {
      this.#closed = resolve
    })
    options.ready.then(() => {
      this.#busy = false
      void this.#work()
    })
  }

  data(chunk: Uint8Array): void {
    if (this.#gone.aborted) return
    try {
      this.#frames.push(chunk, (frame) => this.#queue.push(frame))
    } catch (error) {
      if (!(error instanceof FrameTooLarge)) throw error
      this.#refuse(error)
      return
    }
    if (!this.#busy) void this.#work()
    if (this.#queue.length > queueMax && !this.#paused) {
      this.#paused = true
      this.#socket.pause()
    }
  }

  drain(): void {
    this.#drained?.()
  }

  close(): void {
    this.#gone.aborted = true
    this.#queue.length = 0
    this.#drained?.()
    this.#closed()
  }

  /** Answers what is being worked on, then closes. */
  finish(): void {
    this.#finishing = true
    this.#queue.length = 0
    if (!this.#busy) this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async #work(): Promise<void> {
    this.#busy = true
    try {
      for (let frame = this.#queue.shift(); frame !== undefined; frame = this.#queue.shift()) {
        const answered = this.#answer(frame)
        const answer = answered instanceof Promise ? await answered : answered
        if (this.#gone.aborted) return
        if (answer !== null && !this.#socket.write(answer)) await this.#roomToWrite()
        if (this.#paused && this.#queue.length <= queueMax / 2) {
          this.#paused = false
          this.#socket.resume()
        }
      }
      if (this.#finishing) this.#socket.end()
    } catch (error) {
      this.#refuse(error)
    } finally {
      this.#busy = false
    }
  }

  #answer(frame: Uint8Array): Answer | Promise<Answer> {
    const { broker, handlers, name } = this.#options
    // Kafka's tools show 127.0.0.1 for a member on this machine; a unix socket has no address of its own.
    const clientHost = this.#socket.remoteHost === '' ? '127.0.0.1' : this.#socket.remoteHost
    const origin = { clientHost, listener: name, served: handlers, gone: this.#gone }
    return dispatch(broker, frame, origin)
  }

  #roomToWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = () => {
        this.#drained = null
        resolve()
      }
    })
  }

  #refuse(error: unknown): void {
    const { broker, name } = this.#options
    const fields = { listener: name, client: this.#socket.remoteHost }
    if (error instanceof Refusal || error instanceof FrameTooLarge) {
      broker.logger.warn(fields, `connection closed: ${error.message}`)
    } else {
      broker.logger.error(
        { ...fields, error },
        'connection closed: a request failed in a way nobody foresaw',
      )
    }
    this.#socket.destroy()
  }
}
