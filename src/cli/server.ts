import { parseBootstrap } from '../client/bootstrap.ts'
import type { Address } from '../host/net.ts'
import type { Machine } from './machine.ts'
import type { Options } from './options/options.ts'

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
  return server.kind === 'given'
    ? parseBootstrap(server.text)
    : await localAddresses(options, machine)
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
