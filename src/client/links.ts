/**
 * The connections of a client: one for each address and purpose, made when it is first asked for and again after it broke,
 * not faster than the back-off allows.
 */
import { pause } from '../host/clock.ts'
import type { Address } from '../host/net.ts'
import { KafkaError } from '../protocol/errors.ts'
import { addressText } from '../wire/address.ts'
import { Connection } from '../wire/connection.ts'
import { backoffMs } from './backoff.ts'
import type { ClientSettings } from './settings.ts'

/**
 * A broker answers the requests of one connection in turn. Long polls would hold up what is urgent, so they go over a
 * connection of their own, and the coordinator is spoken to over another.
 */
export type Purpose = 'general' | 'fetch' | 'coordinator'

type Link = {
  address: Address
  connection: Connection | null
  connecting: Promise<Connection> | null
  failures: number
  notBefore: number
}

export class Links {
  readonly #settings: ClientSettings
  readonly #links = new Map<string, Link>()
  #closed = false

  constructor(settings: ClientSettings) {
    this.#settings = settings
  }

  /** An open connection; waits for the back-off and connects where there is none. */
  get(address: Address, purpose: Purpose): Promise<Connection> {
    const link = this.#link(address, purpose)
    if (link.connection !== null) return Promise.resolve(link.connection)
    link.connecting ??= this.#connect(link).finally(() => {
      link.connecting = null
    })
    return link.connecting
  }

  /** The connection if it is there, without waiting. */
  ready(address: Address, purpose: Purpose): Connection | null {
    return this.#link(address, purpose).connection
  }

  /** Whether the last attempt failed. */
  isFailing(address: Address, purpose: Purpose): boolean {
    return this.#link(address, purpose).failures > 0
  }

  close(): void {
    this.#closed = true
    for (const { connection } of this.#links.values()) connection?.close()
  }

  #link(address: Address, purpose: Purpose): Link {
    const key = `${purpose} ${addressText(address)}`
    let link = this.#links.get(key)
    if (link === undefined) {
      link = { address, connection: null, connecting: null, failures: 0, notBefore: 0 }
      this.#links.set(key, link)
    }
    return link
  }

  async #connect(link: Link): Promise<Connection> {
    const { host, clientId, requestTimeoutMs, authenticate } = this.#settings
    const { clock, net } = host
    this.#ensureOpen()
    const waitMs = link.notBefore - clock.monotonic()
    if (waitMs > 0) await pause(clock, waitMs)
    this.#ensureOpen()
    try {
      const connection = await Connection.open({
        net,
        clock,
        address: link.address,
        clientId,
        requestTimeoutMs,
        connectTimeoutMs: this.#settings.socketConnectionSetupTimeoutMs,
        ...(authenticate === undefined ? {} : { authenticate }),
      })
      if (this.#closed) connection.close()
      this.#ensureOpen()
      link.failures = 0
      link.connection = connection
      connection.onClose(() => this.#lost(link))
      return connection
    } catch (error) {
      this.#lost(link)
      if (link.failures === 1 && !this.#closed) {
        this.#settings.warn(
          `Connection to ${addressText(link.address)} could not be established. Node may not be available.`,
          error,
        )
      }
      throw error
    }
  }

  #lost(link: Link): void {
    const { host, reconnectBackoffMs, reconnectBackoffMaxMs } = this.#settings
    link.connection = null
    link.notBefore =
      host.clock.monotonic() +
      backoffMs(link.failures, {
        firstMs: reconnectBackoffMs,
        maxMs: reconnectBackoffMaxMs,
        chance: host.random.number(),
      })
    link.failures++
  }

  #ensureOpen(): void {
    if (this.#closed) throw new KafkaError('NETWORK_EXCEPTION', 'the client is closed')
  }
}
