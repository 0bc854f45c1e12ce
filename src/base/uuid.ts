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
