import { chmodSync } from 'node:fs'
import net from 'node:net'
import { TurnWriter, writeNow } from './turn-writer.ts'

/** A unix socket's path, or a host and port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number }

export interface SocketEvents {
  data(chunk: Uint8Array): void
  /** The write buffer is empty again after `write` said false. */
  drain(): void
  /** The other side sends no more, and may still read: without this the connection is closed when that happens. */
  ended?(): void
  /** Exactly once, whoever ended it; `cause` tells why it broke, if it broke. */
  close(cause?: Error): void
}

/** One stream of bytes in both directions. */
export interface Socket {
  /** `127.0.0.1`, or empty for a unix socket. */
  readonly remoteHost: string
  /** Writes all pieces in order; false asks to wait for `drain`. */
  write(pieces: readonly Uint8Array[]): boolean
  pause(): void
  resume(): void
  /** Sends what is buffered, then closes. */
  end(): void
  destroy(): void
}

export interface ServerSocket {
  readonly address: Address
  /** Stops listening; open connections go on. */
  close(): Promise<void>
}

/** The other side is not who it should be, or does not speak TLS: trying again does not help. */
export class HandshakeFailed extends Error {
  override name = 'HandshakeFailed'
}

/** The door to other processes. */
export interface Net {
  connect(address: Address, events: SocketEvents): Promise<Socket>
  listen(address: Address, accept: (socket: Socket) => SocketEvents): Promise<ServerSocket>
}

export const systemNet: Net = { connect, listen }

function connect(address: Address, events: SocketEvents): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const raw = net.connect(address)
    raw.once('error', reject)
    raw.once('connect', () => {
      raw.off('error', reject)
      resolve(attach(raw, () => events))
    })
  })
}

async function listen(
  address: Address,
  accept: (socket: Socket) => SocketEvents,
): Promise<ServerSocket> {
  // A client may send its requests, shut its side, and read the answers.
  const server = net.createServer({ allowHalfOpen: true }, (raw) =>
    attach(raw, accept, new TurnWriter(raw)),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
  if ('path' in address) chmodSync(address.path, 0o600)
  const bound = server.address()
  const actual =
    'path' in address || typeof bound !== 'object' || bound === null
      ? address
      : { host: address.host, port: bound.port }
  // A connection that cannot be taken (too many open files) is that connection's trouble, not the listener's.
  server.on('error', () => {})
  return {
    address: actual,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A socket of Node behind our own words for it. */
export function attach(
  raw: net.Socket,
  accept: (socket: Socket) => SocketEvents,
  writer: Pick<Socket, 'write'> = { write: (pieces) => writeNow(raw, pieces) },
): Socket {
  raw.setNoDelay(true)
  let cause: Error | undefined
  const socket: Socket = {
    remoteHost: withoutMapping(raw.remoteAddress ?? ''),
    write(pieces) {
      if (raw.destroyed || raw.writableEnded) return true
      return writer.write(pieces)
    },
    pause: () => void raw.pause(),
    resume: () => void raw.resume(),
    end: () => raw.destroySoon(),
    destroy: () => void raw.destroy(),
  }
  const events = accept(socket)
  raw.on('data', (chunk) => events.data(chunk))
  raw.on('drain', () => events.drain())
  raw.on('end', () => (events.ended === undefined ? raw.end() : events.ended()))
  raw.on('error', (error) => {
    cause = error
  })
  raw.on('close', () => events.close(cause))
  return socket
}

/** A listener on all interfaces sees IPv4 addresses as IPv6 ones (RFC 4291, section 2.5.5.2). */
const withoutMapping = (host: string): string => host.replace(/^::ffff:/, '')
