/**
 * Connections to the other nodes: one for each node and purpose, opened when first used. A connection that breaks, and behind
 * which nobody listens any more, is how a node's death is seen at once, before any session has run out.
 */
import { type Clock, pause } from '../host/clock.ts'
import type { Address, Net } from '../host/net.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../protocol/schema.ts'
import { Connection } from '../wire/connection.ts'

export interface LinksOptions {
  readonly net: Net
  readonly clock: Clock
  readonly clientId: string
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
  /** Null where nobody knows how to reach the node. */
  readonly addressOf: (nodeId: number) => Address | null
  /** A connection that had been open is gone, and with it whoever listened at its other end. */
  readonly onGone?: (nodeId: number) => void
}

// A dying process closes its connections one after the other, and its listener when it likes.
const looksMax = 20
const lookAgainMs = 10

export class Links {
  readonly #options: LinksOptions
  readonly #open = new Map<number, Promise<Connection>>()
  #closed = false

  constructor(options: LinksOptions) {
    this.#options = options
  }

  /** Rejects with a KafkaError when there is no answer in time or at all. */
  async call<A extends AnyApi>(
    to: number,
    api: A,
    request: RequestOf<A>,
    options: { timeoutMs: number },
  ): Promise<ResponseOf<A>> {
    const connection = await this.#connection(to)
    return connection.call(api, request as never, options)
  }

  /** Opens a connection if there is none, so that its end is seen. */
  watch(nodeId: number): void {
    if (!this.#closed) this.#connection(nodeId).catch(() => {})
  }

  /** Ends what is under way to this node; the next call connects anew. */
  drop(nodeId: number): void {
    const open = this.#open.get(nodeId)
    this.#open.delete(nodeId)
    open?.then(
      (connection) => connection.close(),
      () => {},
    )
  }

  close(): void {
    this.#closed = true
    for (const nodeId of [...this.#open.keys()]) this.drop(nodeId)
  }

  #connection(nodeId: number): Promise<Connection> {
    const known = this.#open.get(nodeId)
    if (known !== undefined) return known
    const opening = this.#connect(nodeId)
    this.#open.set(nodeId, opening)
    opening.then(
      (connection) => connection.onClose(() => this.#lost(nodeId, opening)),
      () => this.#forget(nodeId, opening),
    )
    return opening
  }

  async #connect(nodeId: number): Promise<Connection> {
    const { net, clock, clientId, connectTimeoutMs, requestTimeoutMs, addressOf } = this.#options
    const address = this.#closed ? null : addressOf(nodeId)
    if (address === null) {
      throw new KafkaError('BROKER_NOT_AVAILABLE', `node ${nodeId} has no known address`)
    }
    return Connection.open({ net, clock, clientId, address, connectTimeoutMs, requestTimeoutMs })
  }

  #lost(nodeId: number, opening: Promise<Connection>): void {
    if (!this.#forget(nodeId, opening) || this.#options.onGone === undefined) return
    void this.#lookAfter(nodeId)
  }

  /** A process that hangs, or closed an idle connection, still takes a new one; a dead one does not. */
  async #lookAfter(nodeId: number): Promise<void> {
    for (let look = 0; look < looksMax && !this.#closed; look++) {
      try {
        await this.#connection(nodeId)
        return
      } catch (error) {
        if (isRefused(error)) return this.#closed ? undefined : this.#options.onGone?.(nodeId)
        if (error instanceof KafkaError && error.error === 'REQUEST_TIMED_OUT') return
      }
      await pause(this.#options.clock, lookAgainMs)
    }
  }

  /** Only what is still ours: a dropped connection may have a successor already. */
  #forget(nodeId: number, opening: Promise<Connection>): boolean {
    return this.#open.get(nodeId) === opening && this.#open.delete(nodeId)
  }
}

/** Nobody listens there: neither on the port, nor at the path of the socket. */
function isRefused(error: unknown): boolean {
  const cause =
    error instanceof KafkaError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
  return cause?.code === 'ECONNREFUSED' || cause?.code === 'ENOENT'
}
