/**
 * Connections to the other nodes: one for each node and purpose, opened when first used. A connection that breaks is how a
 * node's death is seen at once, before any session has run out.
 */
import type { Clock } from '../host/clock.ts'
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
  /** A connection that had been open is gone. */
  readonly onLost?: (nodeId: number) => void
}

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
    const ours = this.#forget(nodeId, opening)
    if (ours && !this.#closed) this.#options.onLost?.(nodeId)
  }

  /** Only what is still ours: a dropped connection may have a successor already. */
  #forget(nodeId: number, opening: Promise<Connection>): boolean {
    return this.#open.get(nodeId) === opening && this.#open.delete(nodeId)
  }
}
