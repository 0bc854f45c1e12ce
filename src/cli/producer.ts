import { Cluster } from '../client/cluster.ts'
import type { ProducerSettings } from '../client/producer/settings.ts'
import { Producer } from '../client/producer.ts'
import { clusterOptions } from './config/cluster-options.ts'
import { unknownConfigs } from './config/unknown.ts'
import {
  asProducerConstruction,
  producerConfigsOf,
  producerOptions,
} from './console-producer/producer-options.ts'
import { configError } from './java/errors.ts'
import type { Machine } from './machine.ts'
import type { Options } from './options/options.ts'
import { clientWarnings } from './output/warnings.ts'
import { addressesOf, ensureAddressText, type Server } from './server.ts'

/** A producer made of properties, for a tool that measures or verifies one; its sizes are Kafka's own. */
export async function openProducer(
  {
    tool,
    server,
    options,
    machine,
  }: { tool: string; server: Server; options: Options; machine: Machine },
  properties: ReadonlyMap<string, string>,
  events: Pick<ProducerSettings, 'onDelivered' | 'onFailure'>,
  { mayTransact = false } = {},
): Promise<Producer> {
  ensureAddressText(server)
  const configs = producerConfigsOf(properties)
  if (configs.has('transactional.id') && !mayTransact) {
    throw configError(
      'transactional.id is not possible with this tool: only producer-perf-test ends transactions',
    )
  }
  unknownConfigs(configs, 'producer.ProducerConfig', machine)
  const bootstrap = await addressesOf(server, options, machine).catch(asProducerConstruction)
  const warn = clientWarnings(tool, machine)
  const cluster = new Cluster(await clusterOptions(configs, { bootstrap, warn }))
  const sized = { batch: true, memory: true }
  const transactions = {
    transactionalId: configs.get('transactional.id'),
    transactionTimeoutMs: configs.get('transaction.timeout.ms'),
  }
  return new Producer(cluster, {
    ...producerOptions(configs, { sized }),
    ...transactions,
    ...events,
  })
}
