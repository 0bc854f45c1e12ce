import type { Address } from '../host/net.ts'

/** A host that begins with `/` is the path of a unix socket; the port then means nothing. */
export function addressOf(host: string, port: number): Address {
  return host.startsWith('/') ? { path: host } : { host, port }
}

/** As it is written in a list of bootstrap servers; also what tells two addresses apart. */
export function addressText(address: Address): string {
  if ('path' in address) return address.path
  const { host, port } = address
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
