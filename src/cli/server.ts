import { parseBootstrap } from '../client/bootstrap.ts'
import type { Address } from '../host/net.ts'
import { KafkaError } from '../protocol/errors.ts'
import { configError } from './java/errors.ts'
import type { Machine } from './machine.ts'

import type { Options } from './options/options.ts'
import { logEvent } from './output/log.ts'

/** Which cluster a tool talks to: the one that --bootstrap-server names, else the local one of this machine. */
export type Server =
  | { readonly kind: 'given'; readonly text: string; readonly viaControllers?: true }
  | { readonly kind: 'local' }
  /** There is none, and none may be started: Kafka's tools then miss their option. */
  | { readonly kind: 'none'; readonly why: string }

export async function findServer(options: Options, machine: Machine): Promise<Server> {
  const text = options.text('bootstrap-server')
  if (text !== undefined) return { kind: 'given', text }
  const controllers = options.text('bootstrap-controller')
  if (controllers !== undefined) return { kind: 'given', text: controllers, viaControllers: true }
  if (mayStart(options, machine)) return { kind: 'local' }
  try {
    await localAddresses(options, machine)
    return { kind: 'local' }
  } catch (error) {
    if ((error as Error).name !== 'ClusterError') throw error
    return { kind: 'none', why: (error as Error).message }
  }
}

/** Starts the local cluster if that is the one, and if it does not run. */
export async function addressesOf(
  server: Server,
  options: Options,
  machine: Machine,
): Promise<Address[]> {
  if (server.kind !== 'given') return await localAddresses(options, machine)
  ensureNoneEmpty(server.text)
  return resolvable(parseBootstrap(server.text), machine)
}

/** Kafka's consumers and producers refuse an empty list before they look at anything else. */
export function ensureAddressText(server: Server): void {
  if (server.kind !== 'given' || server.text.trim() !== '') return
  throw configError(
    "Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value",
  )
}

// Kafka's clients check the list before they look at what stands in it.
function ensureNoneEmpty(text: string): void {
  const isEmpty = text !== '' && text.split(',').some((each) => each.trim() === '')
  if (isEmpty) throw configError("Configuration 'bootstrap.servers' values must not be empty.")
}

const literal = /^[\d.]+$|:|^localhost$/

/** Without those whose name nobody knows, as Kafka's clients do; it is an error when none is left. */
async function resolvable(addresses: readonly Address[], machine: Machine): Promise<Address[]> {
  const isNamed = (each: Address) => 'host' in each && !literal.test(each.host)
  if (!addresses.some(isNamed)) return [...addresses]
  const { resolves } = await import('../host/names.ts')
  const known = await Promise.all(
    addresses.map(async (each) => !('host' in each) || !isNamed(each) || resolves(each.host)),
  )
  for (const [index, each] of addresses.entries()) {
    if (!known[index] && 'host' in each) unresolved(each, machine)
  }
  const left = addresses.filter((_, index) => known[index])
  if (left.length > 0) return left
  throw new KafkaError('INVALID_CONFIG', 'No resolvable bootstrap urls given in bootstrap.servers')
}

function unresolved({ host, port }: { host: string; port: number }, machine: Machine): void {
  const { stderr, clock } = machine
  const text = `Couldn't resolve server ${host}:${port} from bootstrap.servers as DNS resolution failed for ${host}`
  const logger = 'org.apache.kafka.clients.ClientUtils'
  if (stderr.isTerminal) stderr.write(`the name ${host} cannot be resolved\n`)
  else stderr.write(logEvent(clock, 'WARN', text, { logger }))
}

function mayStart(options: Options, { env }: Machine): boolean {
  return !options.has('no-start') && [undefined, '', '0', 'false'].includes(env.JACKDAW_NO_START)
}

async function localAddresses(options: Options, machine: Machine): Promise<Address[]> {
  const [{ localBootstrap }, { clusterHost }] = await Promise.all([
    import('../cluster/local.ts'),
    import('./jackdaw/context.ts'),
  ])
  return localBootstrap({
    host: clusterHost,
    env: machine.env,
    home: options.text('home'),
    autoStart: mayStart(options, machine),
    onStarting: (message) => machine.stderr.write(`jackdaw: ${message}\n`),
  })
}
