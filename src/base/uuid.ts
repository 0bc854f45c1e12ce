/** Kafka writes a uuid as 22 characters of url-safe base64 without padding. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The topic id of __cluster_metadata, fixed by KIP-595. */
export const metadataTopicId = 'AAAAAAAAAAAAAAAAAAAAAQ'

/** A version 4 uuid out of 16 random bytes, in Kafka's spelling. Kafka never hands out one that begins with '-'. */
export function uuidFrom(random: { bytes(size: number): Uint8Array }): string {
  for (;;) {
    const bytes = random.bytes(16)
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const text = uuidText(bytes)
    if (!text.startsWith('-')) return text
  }
}

export function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('base64url')
}

export function uuidBytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64url')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const sixBits = new Int8Array(128).fill(-1)
for (let value = 0; value < 64; value++) sixBits[alphabet.charCodeAt(value)] = value

/** Writes the 16 bytes of Kafka's 22 characters; false for a text that is none of these, and then what it wrote means nothing. */
export function writeUuid(buffer: Uint8Array, at: number, text: string): boolean {
  if (typeof text !== 'string' || text.length !== 22) return false
  // A character that is not of the alphabet has all bits set, and so would everything here have.
  let all = 0
  let to = at
  for (let from = 0; from < 20; from += 4) {
    const word =
      (bitsOf(text, from) << 18) |
      (bitsOf(text, from + 1) << 12) |
      (bitsOf(text, from + 2) << 6) |
      bitsOf(text, from + 3)
    all |= word
    buffer[to++] = word >> 16
    buffer[to++] = word >> 8
    buffer[to++] = word
  }
  const last = (bitsOf(text, 20) << 6) | bitsOf(text, 21)
  buffer[to] = last >> 4
  return (all | last) >= 0
}

function bitsOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 128 ? sixBits[code]! : -1
}
