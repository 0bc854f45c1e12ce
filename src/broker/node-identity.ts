/** What a node is called, and by which of its listeners others of its kind reach it. */
import type { Properties } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import { parseListeners } from './listeners.ts'
import type { Settings } from './settings.ts'

export function nodeId(properties: Properties): number {
  const text = properties.get('node.id') ?? ''
  const id = Number(text)
  if (text !== '' && Number.isInteger(id) && id >= 0) return id
  throw new KafkaError('INVALID_CONFIG', `node.id: ${text} is not a whole number from 0 on`)
}

/** The first of `listeners`, unless `inter.broker.listener.name` says another. */
export function tcpListener(settings: Settings): string {
  const named = settings.get('inter.broker.listener.name')
  return named ?? parseListeners('listeners', settings.get('listeners'))[0]?.name ?? 'PLAINTEXT'
}
