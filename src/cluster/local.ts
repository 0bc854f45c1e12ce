/** How a tool without `--bootstrap-server` finds the local cluster, and starts it where none runs. */
import type { Address } from '../host/net.ts'
import { brokerIds, ClusterError, type ClusterHost, statusOf } from './brokers.ts'
import { type Environment, findHome } from './home.ts'
import { startBrokers } from './start.ts'

export interface LocalOptions {
  readonly host: ClusterHost
  readonly env: Environment
  readonly home?: string | undefined
  readonly autoStart: boolean
  /** Told before a start, which takes a moment. */
  readonly onStarting: (message: string) => void
}

const firstBroker = 1

/** The unix sockets of the running brokers. */
export async function localBootstrap(options: LocalOptions): Promise<Address[]> {
  const { host, env, autoStart, onStarting } = options
  const home = findHome(options.home, env)
  const brokers = statusOf(host, home)
  const running = brokers.filter(({ state }) => state === 'running')
  if (running.length > 0) return running.map(({ card }) => ({ path: card?.socket ?? '' }))
  const starting = brokers.some(({ state }) => state === 'starting')
  if (!autoStart && !starting) {
    throw new ClusterError(
      `no broker runs in ${home.root}; start one with "jackdaw start", or name a cluster with --bootstrap-server`,
    )
  }
  if (!starting) onStarting(`starting a local broker in ${home.root}`)
  const known = brokerIds(host, home)
  const all = known.length === 0 ? [firstBroker] : known
  const cards = await startBrokers(host, home, { all, ids: all })
  return cards.map(({ socket }) => ({ path: socket }))
}
