/**
 * One connection to a broker, from the side that asks. Requests go out as they come (pipelined) and are answered in that
 * order; whatever breaks the order, or the time for an answer, ends the connection and with it all that waits.
 *
 *   connecting → negotiating → (authenticating) → open → closed
 */
import { type Deferred, deferred } from '../base/deferred.ts'
import type { Clock } from '../host/clock.ts'
import { type Address, HandshakeFailed, type Net, type Socket } from '../host/net.ts'
import { apiVersions } from '../protocol/apis/api-versions.ts'
import { encodeInto, requestHeaderVersion } from '../protocol/codec.ts'
import { KafkaError } from '../protocol/errors.ts'
import { requestHeader } from '../protocol/headers.ts'
import type { AnyApi, ResponseOf, SentRequestOf } from '../protocol/schema.ts'
import {
  chooseVersion,
  commonVersion,
  type SupportedVersions,
  supportedVersions,
  type Usable,
} from '../protocol/versions.ts'
import { addressText } from './address.ts'
import { FrameReader, finishFrame, frameSize, newFrame } from './frames.ts'
import { type ApiVersionsAnswer, negotiate } from './negotiate.ts'
import { Pending, type Question } from './pending.ts'

export type ConnectionOptions = {
  net: Net
  clock: Clock
  address: Address
  clientId: string | null
  connectTimeoutMs: number
  requestTimeoutMs: number
  /** What a broker may send in one answer; more ends the connection. */
  responseBytesMax?: number
  /** Brokers refuse more than their `socket.request.max.bytes` by closing; a limit here gives a reason. */
  requestBytesMax?: number
  software?: { name: string; version: string }
  /** Of the first request; they count on from here and begin anew after 2³¹ − 1. */
  firstCorrelationId?: number
  /** Runs after the negotiation and before anything else: the place for SASL. (TLS is another `Net`.) */
  authenticate?: (connection: Connection) => Promise<void>
}

export type CallOptions = Usable & {
  /** Exactly this version; otherwise the highest that both sides know. */
  version?: number
  timeoutMs?: number
}

const responseBytesMaxDefault = 2 ** 31 - 1
const requestBytesMaxDefault = 2 ** 31 - 1
const correlationIdMax = 2 ** 31 - 1
const softwareDefault = { name: 'jackdaw', version: '0.1.0' }

export class Connection {
  readonly address: Address
  /** What the broker said of itself when the connection began. */
  answer: ApiVersionsAnswer | null = null
  readonly #options: ConnectionOptions
  readonly #text: string
  readonly #frames: FrameReader
  readonly #pending: Pending
  readonly #closeListeners: ((cause: KafkaError) => void)[] = []
  #supported: SupportedVersions = new Map()
  #socket: Socket | null = null
  #closed: KafkaError | null = null
  #correlationId: number
  #throttledUntil = 0
  #isFull = false
  #drained: Deferred<void> | null = null

  /** Connects and negotiates versions. Throws NETWORK_EXCEPTION with the address and the cause. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options)
    await connection.#connect()
    try {
      await connection.#negotiate()
      await options.authenticate?.(connection)
    } catch (error) {
      connection.close()
      throw error
    }
    return connection
  }

  private constructor(options: ConnectionOptions) {
    this.#options = options
    this.address = options.address
    this.#correlationId = options.firstCorrelationId ?? 0
    this.#text = addressText(options.address)
    this.#pending = new Pending(options.clock, (question) => this.#late(question))
    this.#frames = new FrameReader(options.responseBytesMax ?? responseBytesMaxDefault)
  }

  get isOpen(): boolean {
    return this.#closed === null
  }

  /** Requests without an answer yet. */
  get inFlight(): number {
    return this.#pending.size
  }

  /** Until this moment of the monotonic clock the broker asks to be left alone (KIP-219). */
  get throttledUntil(): number {
    return this.#throttledUntil
  }

  get supported(): SupportedVersions {
    return this.#supported
  }

  /** The version that `call` would take; null if there is no common one. */
  version(api: AnyApi, usable?: Usable): number | null {
    return commonVersion(api, this.#supported, usable)
  }

  /** Tells why the connection ended, also if it already did. */
  onClose(listener: (cause: KafkaError) => void): void {
    if (this.#closed !== null) listener(this.#closed)
    else this.#closeListeners.push(listener)
  }

  /** The request is on its way when this returns; calls are answered in their order. */
  call<A extends AnyApi>(
    api: A,
    request: SentRequestOf<A>,
    options: CallOptions = {},
  ): Promise<ResponseOf<A>> {
    return new Promise((resolve, reject) => {
      try {
        const version = options.version ?? chooseVersion(api, this.#supported, options)
        const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs
        const correlationId = this.#write(api, version, request)
        const question = { api, version, correlationId, isRaw: false, timeoutMs, resolve, reject }
        this.#pending.add(question)
      } catch (error) {
        reject(error)
      }
    }) as Promise<ResponseOf<A>>
  }

  /** For the one request that is never answered: Produce with acks = 0. */
  tell<A extends AnyApi>(api: A, request: SentRequestOf<A>, options: CallOptions = {}): void {
    const version = options.version ?? chooseVersion(api, this.#supported, options)
    this.#write(api, version, request)
  }

  /** Resolves when the socket takes more again, or has ended. */
  drained(): Promise<void> {
    if (!this.#isFull || this.#closed !== null) return Promise.resolve()
    this.#drained ??= deferred()
    return this.#drained.promise
  }

  close(): void {
    this.#end(new KafkaError('NETWORK_EXCEPTION', `the connection to ${this.#text} was closed`))
  }

  #connect(): Promise<void> {
    const { net, clock, address, connectTimeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (why: string, cause?: unknown) => {
        this.#end(unreachable(`connecting to ${this.#text} failed: ${why}`, cause))
        reject(this.#closed)
      }
      const cancelTimer = clock.schedule(
        connectTimeoutMs,
        () => fail(`no answer within ${connectTimeoutMs} ms`),
        { keepAlive: true },
      )
      const events = {
        data: (chunk: Uint8Array) => this.#receive(chunk),
        drain: () => this.#drain(),
        close: (cause?: Error) => this.#lost(cause),
      }
      net.connect(address, events).then(
        (socket) => {
          cancelTimer()
          if (this.#closed !== null) return socket.destroy()
          this.#socket = socket
          resolve()
        },
        (error) => {
          cancelTimer()
          fail(error instanceof Error ? error.message : String(error), error)
        },
      )
    })
  }

  async #negotiate(): Promise<void> {
    const { requestTimeoutMs: timeoutMs } = this.#options
    const exchange = (request: SentRequestOf<typeof apiVersions>, version: number) =>
      new Promise<Uint8Array>((resolve, reject) => {
        const correlationId = this.#write(apiVersions, version, request)
        const question = {
          api: apiVersions,
          version,
          correlationId,
          isRaw: true,
          timeoutMs,
          reject,
        }
        this.#pending.add({ ...question, resolve: resolve as (answer: unknown) => void })
      })
    this.answer = await negotiate(exchange, this.#options.software ?? softwareDefault)
    this.#supported = supportedVersions(this.answer.apiKeys)
  }

  #write(api: AnyApi, version: number, request: unknown): number {
    if (this.#closed !== null) throw this.#closed
    const correlationId = this.#correlationId
    const writer = newFrame()
    encodeInto(writer, requestHeader, requestHeaderVersion(api, version), {
      requestApiKey: api.key,
      requestApiVersion: version,
      correlationId,
      clientId: this.#options.clientId,
    })
    encodeInto(writer, api.request, version, request as never)
    const size = frameSize(writer)
    const bytesMax = this.#options.requestBytesMax ?? requestBytesMaxDefault
    if (size > bytesMax) {
      throw new KafkaError(
        'INVALID_REQUEST',
        `${api.name} of ${size} bytes was not sent: the limit is ${bytesMax}`,
      )
    }
    this.#correlationId = correlationId === correlationIdMax ? 0 : correlationId + 1
    this.#isFull = !this.#socket!.write(finishFrame(writer))
    return correlationId
  }

  #drain(): void {
    this.#isFull = false
    this.#drained?.resolve()
    this.#drained = null
  }

  #receive(chunk: Uint8Array): void {
    if (this.#closed !== null) return
    try {
      this.#frames.push(chunk, (frame) => this.#take(frame))
    } catch (error) {
      this.#end(
        unreachable(`${this.#text} sent what is no answer: ${(error as Error).message}`, error),
      )
    }
  }

  #take(frame: Uint8Array): void {
    const answer = this.#pending.answer(frame)
    if (!(answer instanceof Uint8Array)) this.#noteThrottle(answer as { throttleTimeMs?: number })
  }

  #noteThrottle({ throttleTimeMs = 0 }: { throttleTimeMs?: number }): void {
    if (throttleTimeMs <= 0) return
    this.#throttledUntil = this.#options.clock.monotonic() + throttleTimeMs
  }

  // Answers come in order: behind one that does not come, none will.
  #late({ api, timeoutMs, reject }: Question): void {
    const text = `${this.#text} did not answer ${api.name} within ${timeoutMs} ms`
    reject(new KafkaError('REQUEST_TIMED_OUT', text))
    this.#end(unreachable(`the connection was closed: ${text}`))
  }

  #lost(cause: Error | undefined): void {
    const why = cause === undefined ? '' : `: ${cause.message}`
    this.#end(unreachable(`the connection to ${this.#text} was lost${why}`, cause))
  }

  #end(cause: KafkaError): void {
    if (this.#closed !== null) return
    this.#closed = cause
    this.#socket?.destroy()
    this.#drain()
    this.#pending.failAll(cause)
    for (const listener of this.#closeListeners.splice(0)) listener(cause)
  }
}

function unreachable(message: string, cause?: unknown): KafkaError {
  if (cause instanceof HandshakeFailed) {
    const text = `SSL handshake failed: ${cause.message}`
    return new KafkaError('SASL_AUTHENTICATION_FAILED', text, { cause })
  }
  return new KafkaError('NETWORK_EXCEPTION', message, cause === undefined ? undefined : { cause })
}
