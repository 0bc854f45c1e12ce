import { Cluster } from '../client/cluster.ts'
import { adminConfigs } from '../protocol/configs/admin.ts'
import { KafkaError } from '../protocol/errors.ts'
import { ClientConfigs } from './config/client-configs.ts'
import { clusterOptions } from './config/cluster-options.ts'
import { readProperties } from './config/file.ts'
import { configError, JavaError } from './java/errors.ts'
import type { Machine } from './machine.ts'
import type { Options } from './options/options.ts'
import { withSpinner } from './output/spinner.ts'
import { clientWarnings } from './output/warnings.ts'
import { addressesOf, type Server } from './server.ts'

const kafkaException = 'org.apache.kafka.common.KafkaException'

/** What Kafka's admin client would be made of: the file of --command-config, and the addresses. Nothing is asked yet. */
export async function openAdmin(
  options: Options,
  {
    tool,
    server,
    machine,
    file = options.text('command-config'),
  }: { tool: string; server: Server; machine: Machine; file?: string | undefined },
): Promise<Cluster> {
  const properties = file === undefined ? new Map<string, string>() : readProperties(file)
  properties.delete('bootstrap.servers')
  const configs = new ClientConfigs(adminConfigs, properties)
  try {
    const addresses = await addressesOf(server, options, machine)
    ensureTimeouts(configs)
    return new Cluster({
      ...(await clusterOptions(configs, {
        bootstrap: addresses,
        warn: clientWarnings(tool, machine),
      })),
      defaultApiTimeoutMs: configs.get('default.api.timeout.ms'),
      viaControllers: server.kind === 'given' && server.viaControllers === true,
    })
  } catch (error) {
    if (!(error instanceof KafkaError || error instanceof JavaError)) throw error
    // Values that no list can have are refused before there is a client.
    if (error.message.startsWith("Configuration '")) throw configError(error.message)
    const isConfig = error instanceof KafkaError && error.error === 'INVALID_CONFIG'
    const cause = isConfig ? configError(error.message) : error
    throw new JavaError(kafkaException, 'Failed to create new KafkaAdminClient', { cause })
  }
}

/** Time for all attempts cannot be shorter than that for one. */
function ensureTimeouts(configs: ClientConfigs<typeof adminConfigs>): void {
  if (!configs.has('default.api.timeout.ms')) return
  if (configs.get('default.api.timeout.ms') >= configs.get('request.timeout.ms')) return
  throw configError(
    'The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.',
  )
}

/** Asks a cluster, while a spinner turns for a person who waits, and lets go of it whatever comes. */
export async function withCluster<T>(
  options: Options,
  at: { tool: string; server: Server; machine: Machine; file?: string | undefined },
  work: (cluster: Cluster, machine: Machine) => Promise<T>,
): Promise<T> {
  return withAdmin(await openAdmin(options, at), at.machine, work)
}

export async function withAdmin<T>(
  cluster: Cluster,
  machine: Machine,
  work: (cluster: Cluster, machine: Machine) => Promise<T>,
): Promise<T> {
  try {
    return await withSpinner(machine, 'asking the cluster', (quiet) => work(cluster, quiet))
  } finally {
    cluster.close()
  }
}
