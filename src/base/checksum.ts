import { lazily } from './lazy.ts'

type Checksum = (bytes: Uint8Array, initial?: number) => number
type Crc32 = { crc32: Checksum; crc32c: Checksum }

let library: Crc32 | undefined

// One call into native code costs about 130 ns whatever the size; a table in JavaScript is faster only below 50 bytes,
// and no record batch is that small: so there is one implementation.
function loaded(): Crc32 {
  library ??= lazily('@node-rs/crc32') as Crc32
  return library
}

/** CRC-32C (Castagnoli): record batches, producer snapshots. */
export function crc32c(bytes: Uint8Array): number {
  return loaded().crc32c(bytes)
}

/** CRC-32 (IEEE 802.3): messages of magic 0 and 1. */
export function crc32(bytes: Uint8Array): number {
  return loaded().crc32(bytes)
}
