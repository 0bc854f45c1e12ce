/** What answers at an address when it is spoken to in one language or another. Nothing is kept open. */
import net from 'node:net'
import tls from 'node:tls'
import type { Address } from './net.ts'

/** What came back within the time: bytes, the end of the connection, or nothing. Throws where there is no connection. */
export type Answer =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'closed' | 'silent' }

/** Sends these bytes and waits for the first ones that come back. */
export function exchange(address: Address, bytes: Uint8Array, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(address)
    let isConnected = false
    const end = (answer: Answer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(timeoutMs, () => {
      if (isConnected) return end({ kind: 'silent' })
      const cause = Object.assign(new Error('timed out'), { code: 'ETIMEDOUT', ...address })
      socket.destroy(cause)
    })
    socket.on('connect', () => {
      isConnected = true
      socket.write(bytes)
    })
    socket.on('data', (chunk) => end({ kind: 'bytes', bytes: chunk }))
    socket.on('end', () => end({ kind: 'closed' }))
    socket.on('error', (error) => (isConnected ? end({ kind: 'closed' }) : reject(error)))
  })
}

/** The name in the certificate of a server that speaks TLS, whoever has signed it; null for one that does not. */
export function tlsName(address: Address, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = tls.connect({ ...address, rejectUnauthorized: false })
    const end = (name: string | null) => {
      socket.destroy()
      resolve(name)
    }
    socket.setTimeout(timeoutMs, () => end(null))
    socket.on('secureConnect', () => {
      const name = socket.getPeerCertificate().subject?.CN
      end(Array.isArray(name) ? name.join(', ') : (name ?? ''))
    })
    // A server that wants our certificate, too, speaks TLS as well.
    socket.on('error', (error) => end(/alert/i.test(error.message) ? '' : null))
    socket.on('end', () => end(null))
  })
}
