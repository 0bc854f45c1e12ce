/** Ways to mistreat a broker over its socket. Each uses connections of its own and leaves none behind. */
import net from 'node:net'
import { encode, requestHeaderVersion } from '../../src/protocol/codec.ts'
import { requestHeader } from '../../src/protocol/headers.ts'
import type { AnyApi } from '../../src/protocol/schema.ts'

export type Target = { host: string; port: number }

const connections = new Set<net.Socket>()

export function connect(target: Target): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(target)
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    // A broker that is mistreated hangs up: that is what is asked of it.
    socket.on('error', () => {})
    socket.once('error', reject)
    socket.once('connect', () => resolve(socket))
  })
}

export function closeAll(): void {
  for (const socket of connections) socket.destroy()
}

/** A frame: length, header, body. */
export function frame(
  api: AnyApi,
  version: number,
  body: Uint8Array,
  { correlationId = 7, clientId = 'attack' as string | null } = {},
): Buffer {
  const header = encode(requestHeader, requestHeaderVersion(api, version), {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId,
    clientId,
  })
  return prefixed(Buffer.concat([header, body]))
}

export function prefixed(content: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(content.length)
  return Buffer.concat([size, content])
}

/**
 * Sends the bytes and half-closes; resolves with all that came back when the broker is through with it. One that waits for
 * others (JoinGroup, a long poll) need not answer: after `patienceMs` the connection is dropped.
 */
export async function send(
  target: Target,
  bytes: Uint8Array,
  { patienceMs = 300 } = {},
): Promise<Buffer> {
  const socket = await connect(target)
  const received: Buffer[] = []
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), patienceMs)
    socket.on('data', (chunk) => received.push(chunk))
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(received))
    })
    socket.end(bytes)
  })
}

/** Opens and drops so many connections, some hundred at a time; every third says half a word first. */
export async function flood(target: Target, count: number, atOnce = 200): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    const batch = Math.min(atOnce, count - done)
    await Promise.all(
      Array.from({ length: batch }, async (_, index) => {
        const socket = await connect(target)
        if (index % 3 === 0) socket.write(Buffer.from('0000', 'hex'))
        const closed = new Promise((resolve) => socket.once('close', resolve))
        if (index % 2 === 0) socket.destroy()
        else socket.end()
        socket.resume()
        await closed
      }),
    )
  }
}

/** Asks without ever reading an answer, until the broker takes no more or hangs up; leaves the connection open. */
export async function deaf(target: Target, request: Buffer, count: number): Promise<net.Socket> {
  const socket = await connect(target)
  socket.pause()
  for (let sent = 0; sent < count && !socket.destroyed; sent++) {
    if (!socket.write(request) && !(await roomWithin(socket, 200))) break
  }
  return socket
}

function roomWithin(socket: net.Socket, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    socket.once('drain', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
