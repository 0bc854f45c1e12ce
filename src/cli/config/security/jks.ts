/**
 * Certificates and the private key of a JKS file, Java's own store before PKCS#12 became the default. Everything is big-endian, a text
 * has its length in two bytes before it:
 *
 *   | feedfeed | version 1 or 2 | entry count |  entries …  | SHA-1 of password, "Mighty Aphrodite" and all before |
 *
 *   a key:         | 1 | alias | time, 8 | size | EncryptedPrivateKeyInfo | chain length | certificates … |
 *   a certificate: | 2 | alias | time, 8 | type (version 2) | size | X.509 |
 */
import { createHash, timingSafeEqual } from 'node:crypto'

export const jksMagic = 0xfeedfeed

const digestSize = 20
const saltSize = 20
const tags = { key: 1, certificate: 2 } as const

export type JksContent = { readonly certificates: string[]; readonly key: string | null }

/** As PEM. Throws where the file is damaged, or a password is another one; the key may have its own. */
export function readJks(
  bytes: Uint8Array,
  password: string,
  keyPassword: string = password,
): JksContent {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  ensureUnchanged(file, password)
  const reader = new Reader(file.subarray(0, file.length - digestSize))
  if (reader.int() !== jksMagic) throw new Error('it does not begin as a JKS file does')
  const version = reader.int()
  if (version !== 1 && version !== 2) throw new Error(`a JKS file of version ${version}`)
  const certificate = () => {
    if (version === 2) reader.text()
    return pem('CERTIFICATE', reader.sized())
  }
  const chains: string[][] = []
  const trusted: string[] = []
  let key: string | null = null
  for (let left = reader.int(); left > 0; left--) {
    const tag = reader.int()
    reader.text()
    reader.skip(8)
    if (tag === tags.certificate) {
      trusted.push(certificate())
      continue
    }
    if (tag !== tags.key) throw new Error(`an entry of kind ${tag}`)
    const shrouded = reader.sized()
    const chain = Array.from({ length: reader.int() }, certificate)
    // With several keys in a store, the first one is who this client is.
    key ??= pem('PRIVATE KEY', unshrouded(shrouded, keyPassword))
    chains.push(chain)
  }
  return { certificates: [...(chains[0] ?? []), ...trusted], key }
}

function ensureUnchanged(file: Buffer, password: string): void {
  const end = file.length - digestSize
  if (end < 12) throw new Error('the file is too short')
  const expected = createHash('sha1')
    .update(utf16(password))
    .update('Mighty Aphrodite')
    .update(file.subarray(0, end))
    .digest()
  if (timingSafeEqual(expected, file.subarray(end))) return
  throw new Error('the file was changed, or the password is another one')
}

/** Sun's own protection of keys: a stream of SHA-1 over password and what came before, which begins with a salt. */
function unshrouded(info: Buffer, password: string): Buffer {
  const protectedKey = octetsOf(info)
  const size = protectedKey.length - saltSize - digestSize
  if (size < 0) throw new Error('its private key is too short')
  const key = Buffer.alloc(size)
  let stream = protectedKey.subarray(0, saltSize)
  for (let at = 0; at < size; at += digestSize) {
    stream = createHash('sha1').update(utf16(password)).update(stream).digest()
    const count = Math.min(digestSize, size - at)
    for (let i = 0; i < count; i++) key[at + i] = protectedKey[saltSize + at + i]! ^ stream[i]!
  }
  const expected = createHash('sha1').update(utf16(password)).update(key).digest()
  if (timingSafeEqual(expected, protectedKey.subarray(saltSize + size))) return key
  throw new Error('the password of its private key is another one')
}

const octetString = 0x04

/** What follows the algorithm in an EncryptedPrivateKeyInfo (RFC 5208): SEQUENCE { SEQUENCE { … }, OCTET STRING }. */
function octetsOf(info: Buffer): Buffer {
  const whole = element(info, 0)
  const algorithm = element(info, whole.start)
  const octets = element(info, algorithm.end)
  if (info[algorithm.end] !== octetString) throw new Error('its private key is damaged')
  return info.subarray(octets.start, octets.end)
}

/** Where the content of the DER element at `at` begins and ends. */
function element(bytes: Buffer, at: number): { start: number; end: number } {
  const first = bytes.readUInt8(at + 1)
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f
  const size = sizeBytes === 0 ? first : bytes.readUIntBE(at + 2, sizeBytes)
  const start = at + 2 + sizeBytes
  return { start, end: start + size }
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int(): number {
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }

  skip(size: number): void {
    this.#at += size
  }

  sized(): Buffer {
    return this.#take(this.int())
  }

  text(): string {
    const size = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return this.#take(size).toString()
  }

  #take(size: number): Buffer {
    const end = this.#at + size
    if (end > this.#bytes.length) throw new Error('the file is too short')
    this.#at = end
    return this.#bytes.subarray(end - size, end)
  }
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

function pem(type: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN ${type}-----\n${lines}\n-----END ${type}-----\n`
}
