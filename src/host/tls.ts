/** Connections through TLS: a `Net` like any other, for whoever was told to use it. */
import { isIP } from 'node:net'
import tls from 'node:tls'
import {
  type Address,
  attach,
  HandshakeFailed,
  type Net,
  type Socket,
  type SocketEvents,
  systemNet,
} from './net.ts'

export type Identity = {
  readonly chain: string
  readonly key: string
  readonly passphrase?: string | undefined
}

export type TlsOptions = {
  /** PEM; null trusts whom the system trusts. */
  readonly authorities: readonly string[] | null
  /** Our own certificate with its key, as PEM, for a broker that asks. */
  readonly identity: Identity | null
  /** Whether the certificate has to name the host. */
  readonly checksHost: boolean
}

export function tlsNet(options: TlsOptions): Net {
  const { authorities, identity, checksHost } = options
  const context = tls.createSecureContext({
    ...(authorities === null ? {} : { ca: [...authorities] }),
    ...(identity === null ? {} : { cert: identity.chain, key: identity.key }),
    ...(identity?.passphrase === undefined ? {} : { passphrase: identity.passphrase }),
  })
  const connect = (address: Address, events: SocketEvents): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const raw = tls.connect({
        ...address,
        secureContext: context,
        ...('host' in address && isIP(address.host) === 0 ? { servername: address.host } : {}),
        ...(checksHost ? {} : { checkServerIdentity: () => undefined }),
      })
      let isConnected = false
      const failed = (error: Error) => {
        const isRefused = isConnected && !hungUp(error)
        reject(isRefused ? new HandshakeFailed(error.message, { cause: error }) : error)
      }
      raw.once('connect', () => {
        isConnected = true
      })
      raw.once('error', failed)
      raw.once('secureConnect', () => {
        raw.off('error', failed)
        resolve(attach(raw, () => events))
      })
    })
  return { connect, listen: systemNet.listen }
}

/** Who hangs up in the middle has refused nothing: a broker that stops does so, and one that speaks no TLS; it is tried again. */
const hungUp = (error: Error): boolean => 'code' in error && error.code === 'ECONNRESET'
