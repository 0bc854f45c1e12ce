import { type Clock, systemClock } from '../host/clock.ts'
import { type Address, type Net, systemNet } from '../host/net.ts'
import { type Random, systemRandom } from '../host/random.ts'
import type { Connection } from '../wire/connection.ts'

/** The doors that a client goes through; a test hands in others. */
export type ClientHost = { net: Net; clock: Clock; random: Random }

export const systemHost: ClientHost = { net: systemNet, clock: systemClock, random: systemRandom }

/** What all clients have in common; the names are those of Kafka's configurations, the defaults too. */
export type ClientSettings = {
  bootstrap: readonly Address[]
  clientId: string
  /** Whether the bootstrap addresses are those of controllers, which are asked instead of brokers (KIP-919). */
  viaControllers: boolean
  host: ClientHost
  requestTimeoutMs: number
  defaultApiTimeoutMs: number
  retryBackoffMs: number
  retryBackoffMaxMs: number
  reconnectBackoffMs: number
  reconnectBackoffMaxMs: number
  socketConnectionSetupTimeoutMs: number
  metadataMaxAgeMs: number
  /** Told what a person who waits would like to know; every text once in a while, not at every attempt. */
  warn: (message: string, cause?: unknown) => void
  authenticate?: (connection: Connection) => Promise<void>
}

export type ClientOptions = Pick<ClientSettings, 'bootstrap'> & Partial<ClientSettings>

export function clientSettings(options: ClientOptions): ClientSettings {
  return {
    clientId: 'jackdaw',
    viaControllers: false,
    host: systemHost,
    requestTimeoutMs: 30_000,
    defaultApiTimeoutMs: 60_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    reconnectBackoffMs: 50,
    reconnectBackoffMaxMs: 1000,
    socketConnectionSetupTimeoutMs: 10_000,
    metadataMaxAgeMs: 300_000,
    warn: () => {},
    ...options,
  }
}
