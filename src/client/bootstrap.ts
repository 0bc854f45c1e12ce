import type { Address } from '../host/net.ts'
import { KafkaError } from '../protocol/errors.ts'

export { addressOf, addressText } from '../wire/address.ts'

// A listener's name may stand before the host, as in a broker's own list.
const hostAndPort =
  /^(?:[0-9a-zA-Z\-%._]*:\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([0-9a-zA-Z\-%._]+)):([0-9]+)$/
const path = /^\.{0,2}\//
const portMax = 65535

/** `host:port`, `[::1]:port` or the path of a unix socket, several with commas between them. */
export function parseBootstrap(text: string): Address[] {
  const servers = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  if (servers.length === 0) {
    throw new KafkaError(
      'INVALID_CONFIG',
      'No resolvable bootstrap urls given in bootstrap.servers',
    )
  }
  return servers.map(parseServer)
}

function parseServer(text: string): Address {
  if (path.test(text)) return { path: text }
  const match = hostAndPort.exec(text)
  if (match === null) {
    throw new KafkaError('INVALID_CONFIG', `Invalid url in bootstrap.servers: ${text}`)
  }
  const port = Number(match[3])
  if (port > portMax) {
    throw new KafkaError('INVALID_CONFIG', `Invalid port in bootstrap.servers: ${text}`)
  }
  return { host: match[1] ?? match[2]!, port }
}
