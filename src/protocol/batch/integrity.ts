import { uint32At } from '../../base/bytes.ts'
import { crc32 } from '../../base/checksum.ts'
import { KafkaError } from '../errors.ts'
import { computeCrc, crcOf, headerSize, magicOf, sizeOf } from './layout.ts'

/** The first byte of a message of magic 0 that its size counts and its checksum covers. */
const legacyCrcAt = 12
const legacyCrcStart = 16

/** Whether a batch that stands there whole is as large as its header and has the checksum that it says. */
export function isIntact(bytes: Uint8Array, at = 0): boolean {
  if (magicOf(bytes, at) < 2) return legacyCrcOf(bytes, at) === computeLegacyCrc(bytes, at)
  return sizeOf(bytes, at) >= headerSize && crcOf(bytes, at) === computeCrc(bytes, at)
}

/** What a reader does first with a batch that it did not write itself (`check.crcs`). */
export function ensureIntact(bytes: Uint8Array, at = 0): void {
  const legacy = magicOf(bytes, at) < 2
  const size = sizeOf(bytes, at)
  if (!legacy && size < headerSize) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Record batch is corrupt (the size ${size} is smaller than the minimum allowed overhead ${headerSize})`,
    )
  }
  const stored = legacy ? legacyCrcOf(bytes, at) : crcOf(bytes, at)
  const computed = legacy ? computeLegacyCrc(bytes, at) : computeCrc(bytes, at)
  if (stored !== computed) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Record is corrupt (stored crc = ${stored}, computed crc = ${computed})`,
    )
  }
}

function legacyCrcOf(bytes: Uint8Array, at: number): number {
  return uint32At(bytes, at + legacyCrcAt)
}

function computeLegacyCrc(bytes: Uint8Array, at: number): number {
  return crc32(bytes.subarray(at + legacyCrcStart, at + sizeOf(bytes, at)))
}
