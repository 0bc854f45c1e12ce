/** What a Jackdaw broker may be told beside Kafka's own configurations. */

import { BrokerConfigs, brokerConfig, type Properties } from '../protocol/configs/effective.ts'
import {
  boolean,
  configValue,
  list,
  readOnly,
  string,
  table,
  type ValueOfConfig,
} from '../protocol/configs.ts'
import { KafkaError } from '../protocol/errors.ts'
import { checkSelector } from './replica-selector.ts'

export const ownConfigs = table({
  /** Path of a unix socket that speaks the same protocol as the other listeners. */
  'jackdaw.socket': string(null, readOnly),
  /** The voters of a local metadata quorum by id. Over TCP `controller.quorum.voters` says it, with their addresses. */
  'jackdaw.voters': list([], readOnly),
  /** Nodes of the local cluster by id: through them the quorum is found, whoever votes in it. */
  'jackdaw.peers': list([], readOnly),
  /** Unix socket of the quorum's own listener; {id} in it stands for the id of a node. */
  'jackdaw.controller.socket': string(null, readOnly),
  /** Take the next free port where the one in `listeners` is taken. */
  'jackdaw.port.fallback': boolean(false, readOnly),
  /** The cluster id that a fresh directory gets; without it a random one. */
  'jackdaw.cluster.id': string(null, readOnly),
  /** File that tells others of this broker while it runs. */
  'jackdaw.card.file': string(null, readOnly),
  /** Where the timeline of groups outlasts the broker's process; without it, it does not. */
  'jackdaw.history.file': string(null, readOnly),
  /** debug, info, warn or error. */
  'jackdaw.log.level': string('info', readOnly),
})

type OwnConfigs = typeof ownConfigs

/** Throws INVALID_CONFIG where the text is no value. */
export function own<K extends keyof OwnConfigs>(
  properties: Properties,
  name: K,
): ValueOfConfig<OwnConfigs[K]> {
  const config = ownConfigs[name]
  const text = properties.get(name)
  const value = text === undefined ? config.default : configValue<unknown>(config, text)
  return value as ValueOfConfig<OwnConfigs[K]>
}

/** Names that nobody knows, each as a warning; throws INVALID_CONFIG with Kafka's words for a value that is none. */
export function checkProperties(properties: Properties): string[] {
  const configs = new BrokerConfigs({ fixed: properties })
  const fault = configs.faults()[0]
  if (fault !== undefined) throw new KafkaError('INVALID_CONFIG', fault)
  const warnings: string[] = []
  for (const name of properties.keys()) {
    if (Object.hasOwn(ownConfigs, name)) own(properties, name as keyof OwnConfigs)
    else if (brokerConfig(name) === undefined) warnings.push(`unknown configuration: ${name}`)
  }
  checkSelector(properties)
  return warnings
}

/** What Kafka wants to be told and we can guess: a combined node that listens on this machine alone. */
const guesses = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  listeners: 'PLAINTEXT://127.0.0.1:9092',
  'controller.listener.names': 'CONTROLLER',
}

export function withGuesses(properties: Properties): Properties {
  const named = properties.get('broker.id')
  const id = named === undefined ? {} : { 'node.id': named }
  return new Map([...Object.entries({ ...guesses, ...id }), ...properties])
}
