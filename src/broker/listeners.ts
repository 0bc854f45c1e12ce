/** `listeners` and `advertised.listeners` as Kafka writes them: NAME://host:port, separated by commas. */
import { KafkaError } from '../protocol/errors.ts'

export interface ListenerAddress {
  readonly name: string
  /** Empty: all interfaces. */
  readonly host: string
  readonly port: number
}

/** The name under which the unix socket is registered; it cannot stand in `listeners`. */
export const unixListener = 'UNIX'

const pattern = /^([A-Za-z0-9_-]+):\/\/(?:\[([0-9a-fA-F:.%]*)\]|([^:[\]]*)):(\d+)$/
const portMax = 65_535

export function parseListeners(config: string, values: readonly string[]): ListenerAddress[] {
  const listeners = values.map((text) => {
    const match = pattern.exec(text.trim())
    const port = Number(match?.[4])
    if (match === null || port > portMax) {
      throw new KafkaError('INVALID_CONFIG', `${config}: ${text} is not NAME://host:port`)
    }
    return { name: match[1]!.toUpperCase(), host: match[2] ?? match[3] ?? '', port }
  })
  const names = new Set(listeners.map(({ name }) => name))
  if (names.size !== listeners.length) {
    throw new KafkaError('INVALID_CONFIG', `${config}: each listener must have a different name`)
  }
  if (names.has(unixListener)) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `${config}: ${unixListener} is the unix socket's name; see jackdaw.socket`,
    )
  }
  return listeners
}

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

/**
 * Every listener speaks the protocol that `listener.security.protocol.map` gives its name, else the one it is called after,
 * else plaintext. Only that one is served: what should be encrypted must not be answered in the open.
 */
export function assertPlain(listeners: readonly ListenerAddress[], protocolMap: string): void {
  const entries = protocolMap.split(',').map((each) => each.split(':').map((part) => part.trim()))
  const mapped = new Map(
    entries.map(([name = '', protocol = '']) => [name.toUpperCase(), protocol]),
  )
  for (const { name } of listeners) {
    const protocol = mapped.get(name) ?? (protocols.includes(name) ? name : 'PLAINTEXT')
    if (protocol === 'PLAINTEXT') continue
    throw new KafkaError(
      'INVALID_CONFIG',
      `listeners: ${name} wants ${protocol}, but only PLAINTEXT is served here`,
    )
  }
}
