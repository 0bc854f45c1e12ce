import { Cluster } from '../client/cluster.ts'
import type { RebalanceListener } from '../client/consumer/listener.ts'
import { Consumer } from '../client/consumer.ts'
import { clusterOptions } from './config/cluster-options.ts'
import { unknownConfigs } from './config/unknown.ts'
import {
  asConsumerConstruction,
  type ConsumerConfigs,
  consumerConfigsOf,
  consumerOptions,
  ensureMember,
} from './console-consumer/consumer-options.ts'
import { illegalArgument, JavaError } from './java/errors.ts'
import { javaPattern } from './java/regex/pattern.ts'
import type { Machine } from './machine.ts'
import type { Options } from './options/options.ts'
import { clientWarnings } from './output/warnings.ts'
import { addressesOf, ensureAddressText, type Server } from './server.ts'

/** A consumer, and what it was made of. */
export type OpenConsumer = { readonly consumer: Consumer; readonly configs: ConsumerConfigs }

/** A consumer made of properties, for a tool that measures or verifies one. */
export async function openConsumer(
  {
    tool,
    server,
    options,
    machine,
  }: { tool: string; server: Server; options: Options; machine: Machine },
  properties: ReadonlyMap<string, string>,
): Promise<OpenConsumer> {
  ensureAddressText(server)
  const configs = consumerConfigsOf(properties)
  const bootstrap = await addressesOf(server, options, machine).catch(asConsumerConstruction)
  const wanted = consumerOptions(configs, { isAssigned: false })
  ensureMember(configs)
  unknownConfigs(configs, 'consumer.ConsumerConfig', machine)
  const warn = clientWarnings(tool, machine)
  const connecting = await clusterOptions(configs, { bootstrap, warn }).catch(
    asConsumerConstruction,
  )
  return { consumer: new Consumer(new Cluster(connecting), wanted), configs }
}

/** Subscribes to a topic, or to all with certain names, unless Kafka's consumer would not. */
export function subscribe(
  consumer: Consumer,
  { topic, include = '' }: { topic: string | undefined; include?: string | undefined },
  listener?: RebalanceListener,
): void {
  if (topic !== undefined && topic.trim() === '') {
    throw illegalArgument('Topic collection to subscribe to cannot contain null or empty topic')
  }
  if (topic === undefined && include === '') {
    throw illegalArgument('Topic pattern to subscribe to cannot be empty')
  }
  const { groupProtocol, assignors } = consumer.settings
  if (groupProtocol === 'classic' && assignors.length === 0) {
    throw new JavaError(
      'java.lang.IllegalStateException',
      'Must configure at least one partition assigner class name to partition.assignment.strategy configuration property',
    )
  }
  const wanted =
    topic === undefined ? { matches: javaPattern(include).matches } : { topics: [topic] }
  consumer.subscribe(wanted, listener)
}
