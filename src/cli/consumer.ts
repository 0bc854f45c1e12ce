import { Cluster } from '../client/cluster.ts'
import { Consumer } from '../client/consumer.ts'
import { clusterOptions } from './config/cluster-options.ts'
import { consumerConfigsOf, consumerOptions } from './console-consumer/consumer-options.ts'
import type { Machine } from './machine.ts'
import type { Options } from './options/options.ts'
import { clientWarnings } from './output/warnings.ts'
import { addressesOf, type Server } from './server.ts'

/** A consumer made of properties, for a tool that measures or verifies one. */
export async function openConsumer(
  {
    tool,
    server,
    options,
    machine,
  }: { tool: string; server: Server; options: Options; machine: Machine },
  properties: ReadonlyMap<string, string>,
): Promise<Consumer> {
  const configs = consumerConfigsOf(properties)
  const bootstrap = await addressesOf(server, options, machine)
  const warn = clientWarnings(tool, machine)
  const cluster = new Cluster(await clusterOptions(configs, { bootstrap, warn }))
  return new Consumer(cluster, consumerOptions(configs, { isAssigned: false }))
}

/** Kafka's consumer hands out so many records at once, and what is told of a poll counts them. */
export function pollRecordsMax(properties: ReadonlyMap<string, string>): number {
  return consumerConfigsOf(properties).get('max.poll.records')
}
