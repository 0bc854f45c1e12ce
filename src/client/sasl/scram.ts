/**
 * SCRAM (RFC 5802, RFC 7677) without channel binding, as Kafka speaks it (KIP-84): both sides prove that they know the
 * password, and nobody sends it.
 *
 *   client: n,,n=user,r=NONCE
 *   broker: r=NONCE+MORE,s=SALT,i=ITERATIONS
 *   client: c=biws,r=NONCE+MORE,p=PROOF
 *   broker: v=SIGNATURE, or e=ERROR
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { KafkaError } from '../../protocol/errors.ts'
import type { Credentials, SaslMechanism } from './mechanism.ts'

const digests = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
export type ScramName = keyof typeof digests

// A broker that asks for less would make the password cheap to guess (KIP-84).
const iterationsMin = 4096
// And one that asks for this much wants to keep us busy.
const iterationsMax = 10_000_000
const header = 'n,,'

export function scram(
  name: ScramName,
  { username, password }: Credentials,
  nonce: string,
): SaslMechanism {
  const digest = digests[name]
  const hmac = (key: Uint8Array, text: string) => createHmac(digest, key).update(text).digest()
  const firstBare = `n=${escaped(username)},r=${nonce}`
  let signature: Uint8Array | null = null

  const prove = (challenge: string): Uint8Array => {
    const { r, s, i } = attributes(challenge)
    const iterations = Number(i)
    if (r === undefined || s === undefined || !r.startsWith(nonce) || r === nonce) {
      throw refused('the broker has answered with a nonce that is not ours')
    }
    if (!(iterations >= iterationsMin && iterations <= iterationsMax)) {
      throw refused(`the broker asks for ${i} iterations; at least ${iterationsMin} are safe`)
    }
    const length = createHash(digest).digest().length
    const salt = Buffer.from(s, 'base64')
    const salted = pbkdf2Sync(password, salt, iterations, length, digest)
    const clientKey = hmac(salted, 'Client Key')
    const storedKey = createHash(digest).update(clientKey).digest()
    const lastBare = `c=${Buffer.from(header).toString('base64')},r=${r}`
    const message = `${firstBare},${challenge},${lastBare}`
    const clientSignature = hmac(storedKey, message)
    const proof = clientKey.map((byte, at) => byte ^ clientSignature[at]!)
    signature = hmac(hmac(salted, 'Server Key'), message)
    return Buffer.from(`${lastBare},p=${Buffer.from(proof).toString('base64')}`)
  }

  const verify = (challenge: string): null => {
    const { v, e } = attributes(challenge)
    if (e !== undefined) throw refused(`the broker refuses: ${e}`)
    const theirs = Buffer.from(v ?? '', 'base64')
    if (theirs.length !== signature!.length || !timingSafeEqual(theirs, signature!)) {
      throw refused('the broker does not know the password either')
    }
    return null
  }

  return {
    name,
    first: () => Buffer.from(header + firstBare),
    next: (challenge) => {
      const text = Buffer.from(challenge).toString()
      return signature === null ? prove(text) : verify(text)
    },
  }
}

// Kafka takes names and passwords as they are, without SASLprep.
const escaped = (username: string): string => username.replaceAll('=', '=3D').replaceAll(',', '=2C')

function attributes(text: string): { readonly [name: string]: string | undefined } {
  return Object.fromEntries(
    text.split(',').map((each) => [each.slice(0, 1), each.slice(2)] as const),
  )
}

const refused = (why: string): KafkaError => new KafkaError('SASL_AUTHENTICATION_FAILED', why)
