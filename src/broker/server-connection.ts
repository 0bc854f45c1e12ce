/**
 * One client's connection. Its requests are handled one after the other, as Kafka does, and answered in their order. Only a
 * Produce goes ahead while those before it wait for replicas: what they append stands in the log already, in the order of the
 * requests, and one round of replication then serves all of them. A client that does not read its answers is not read from either,
 * so that its memory here is bounded: what waits to be worked on, one answer, and the answers to the Produce requests ahead of it,
 * which are small.
 */
import type { Socket, SocketEvents } from '../host/net.ts'
import { produce } from '../protocol/apis/produce.ts'
import { FrameReader, FrameTooLarge } from '../wire/frames.ts'
import type { Broker } from './broker.ts'
import { type Answer, dispatch } from './dispatch.ts'
import type { Handler } from './handler.ts'
import { LentBuffers } from './lent-buffers.ts'
import { Refusal } from './refusal.ts'

export interface ServerConnectionOptions {
  readonly broker: Broker
  readonly handlers: ReadonlyMap<number, Handler>
  readonly name: string
  readonly requestBytesMax: number
  readonly ready: Promise<void>
}

// What may wait on one connection before it is no longer read from; a larger request waits alone.
const queueMax = 16
const queuedBytesMax = 1 << 20
/** So many Produce requests may be ahead of the answer that goes next. */
const aheadMax = 64
const apiKeyBytes = 2

type Doing =
  /** The broker is not ready yet. */
  'starting' | 'nothing' | 'handling' | 'writing'

export class ServerConnection implements SocketEvents {
  readonly #socket: Socket
  readonly #options: ServerConnectionOptions
  readonly #frames: FrameReader
  readonly #queue: Uint8Array[] = []
  /** Answers to come after the one that is waited for, in their order. */
  readonly #ahead: (Answer | Promise<Answer>)[] = []
  readonly #gone = new AbortController()
  readonly whenClosed: Promise<void>
  #toldClosed!: () => void
  #doing: Doing = 'starting'
  /** What is waited for is in the log, and lets other appends go ahead. */
  #isAppended = false
  /** Of the one Fetch that is worked on: the next one begins when its answer has left. */
  readonly #buffers = new LentBuffers()
  #queuedBytes = 0
  #paused = false
  /** No request is taken any more; what was taken is answered, then the connection ends. */
  #finishing = false
  #closed = false
  /** Why it will be closed when all requests before the fault are answered. */
  #fault: FrameTooLarge | null = null
  #drained: (() => void) | null = null
  #lastActiveAt: number

  constructor(socket: Socket, options: ServerConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#frames = new FrameReader(options.requestBytesMax)
    this.#lastActiveAt = options.broker.clock.monotonic()
    this.whenClosed = new Promise((resolve) => {
      this.#toldClosed = resolve
    })
    options.ready.then(() => void this.#work())
  }

  data(chunk: Uint8Array): void {
    if (this.#finishing || this.#fault !== null) return
    this.#lastActiveAt = this.#options.broker.clock.monotonic()
    try {
      this.#frames.push(chunk, (frame) => this.#take(frame))
    } catch (error) {
      if (!(error instanceof FrameTooLarge)) throw error
      this.#fault = error
    }
    if (this.#doing === 'nothing') void this.#work()
    else if (this.#isAppended) this.#goAhead()
    this.#steer()
  }

  drain(): void {
    this.#lastActiveAt = this.#options.broker.clock.monotonic()
    this.#drained?.()
  }

  /** The client sends no more, but may read: what it has asked for is answered, without waiting for more. */
  ended(): void {
    this.#finishing = true
    this.#gone.abort()
    if (this.#doing === 'nothing') this.#socket.end()
    // Nobody answers before the broker is ready, and a client that went away before leaves nothing behind.
    if (this.#doing === 'starting' && this.#queue.length === 0) this.destroy()
  }

  close(): void {
    this.#closed = true
    this.#gone.abort()
    this.#forget()
    this.#drained?.()
    this.#toldClosed()
  }

  /** Answers what is being worked on, then closes: the broker stops. */
  finish(): void {
    this.#forget()
    this.ended()
  }

  /** A client that has not sent or read anything since then, and waits for nothing, has been forgotten by somebody. */
  closeIfIdle(since: number): void {
    if (this.#lastActiveAt > since || this.#doing === 'handling' || this.#doing === 'starting')
      return
    this.#options.broker.logger.debug(this.#fields(), 'connection closed: it was idle')
    this.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async #work(): Promise<void> {
    try {
      for (let begun = this.#begin(); begun !== undefined; begun = this.#begin()) {
        this.#doing = 'handling'
        let { answer } = begun
        if (answer instanceof Promise) {
          this.#isAppended = begun.isProduce
          this.#goAhead()
          this.#steer()
          answer = await answer
          this.#isAppended = false
        }
        if (this.#closed) return
        this.#doing = 'writing'
        if (answer !== null && !this.#socket.write(answer)) {
          await this.#roomToWrite()
          // The socket holds nothing of the answer any more.
          if (!this.#closed) this.#buffers.giveBack()
        }
        this.#buffers.forget()
        this.#steer()
      }
      this.#doing = 'nothing'
      if (this.#fault !== null) this.#refuse(this.#fault)
      else if (this.#finishing) this.#socket.end()
    } catch (error) {
      this.#isAppended = false
      this.#refuse(error)
    }
  }

  /** The answer that goes next: of a request that went ahead, or of the first in the queue. */
  #begin(): { answer: Answer | Promise<Answer>; isProduce: boolean } | undefined {
    const answer = this.#ahead.shift()
    if (answer !== undefined) return { answer, isProduce: true }
    const frame = this.#next()
    if (frame === undefined) return undefined
    const isProduce = isProduceRequest(frame)
    return { answer: this.#answer(frame), isProduce }
  }

  #goAhead(): void {
    while (this.#isAppended && this.#ahead.length < aheadMax) {
      const [frame] = this.#queue
      if (frame === undefined || !isProduceRequest(frame)) return
      this.#next()
      this.#ahead.push(this.#answerLater(frame))
    }
  }

  /** A fault is told when its turn comes, after the answers to what came before it. */
  #answerLater(frame: Uint8Array): Answer | Promise<Answer> {
    const answered = promised(() => this.#answer(frame))
    if (answered instanceof Promise) answered.catch(() => {})
    return answered
  }

  #answer(frame: Uint8Array): Answer | Promise<Answer> {
    const { broker, handlers, name } = this.#options
    // Kafka's tools show 127.0.0.1 for a member on this machine; a unix socket has no address of its own.
    const clientHost = this.#socket.remoteHost === '' ? '127.0.0.1' : this.#socket.remoteHost
    const gone = this.#gone.signal
    const buffers = this.#buffers
    return dispatch(broker, frame, { clientHost, listener: name, served: handlers, gone, buffers })
  }

  #take(frame: Uint8Array): void {
    this.#queue.push(frame)
    this.#queuedBytes += frame.length
  }

  #next(): Uint8Array | undefined {
    const frame = this.#queue.shift()
    this.#queuedBytes -= frame?.length ?? 0
    return frame
  }

  #forget(): void {
    this.#queue.length = 0
    this.#queuedBytes = 0
  }

  /** Reads on, or not, as there is room in the queue. */
  #steer(): void {
    if (this.#paused) {
      if (this.#queue.length > 0) return
      this.#paused = false
      this.#socket.resume()
    } else if (this.#queue.length > queueMax || this.#queuedBytes > queuedBytesMax) {
      this.#paused = true
      this.#socket.pause()
    }
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
    const { logger } = this.#options.broker
    this.#forget()
    this.#ahead.length = 0
    if (error instanceof Refusal || error instanceof FrameTooLarge) {
      logger.warn(this.#fields(), `connection closed: ${error.message}`)
    } else {
      logger.error(
        { ...this.#fields(), error },
        'connection closed: a request failed in a way nobody foresaw',
      )
    }
    // The answers to what came before it still leave.
    this.#finishing = true
    this.#socket.end()
  }

  #fields() {
    return { listener: this.#options.name, client: this.#socket.remoteHost }
  }
}

const isProduceRequest = (frame: Uint8Array): boolean =>
  frame.length >= apiKeyBytes && (frame[0]! << 8) + frame[1]! === produce.key

function promised<T>(make: () => T | Promise<T>): T | Promise<T> {
  try {
    return make()
  } catch (error) {
    return Promise.reject(error)
  }
}
