import { crc32 } from '../../base/checksum.ts'
import { int32At, uint32At } from '../../base/bytes.ts'
import { KafkaError } from '../errors.ts'
import { computeCrc, crcOf, headerSize, magicOf, sizeOf, sizePrefix } from './layout.ts'

/** The first byte of a message of magic 0 that its size counts and its checksum covers. */
const legacyCrcAt = 12
const legacyCrcStart = 16
const sizeAndMagicEnd = 17
/** A message of magic 0 with neither key nor value; a smaller batch length is nonsense in every format. */
const batchLengthMin = 14

/** The positions of the whole batches in the bytes, of any magic; an incomplete one at the end is left out (a fetch may cut). */
export function* batches(bytes: Uint8Array, start = 0, end = bytes.length): Generator<number> {
  for (let at = start; ; ) {
    const size = wholeBatchSize(bytes, at, end)
    if (size === 0) return
    yield at
    at += size
  }
}

/** The size of the batch at this place, 0 where no whole one stands; CORRUPT_MESSAGE for what can be none. */
export function wholeBatchSize(bytes: Uint8Array, at: number, end = bytes.length): number {
  if (end - at < sizePrefix) return 0
  const batchLength = int32At(bytes, at + sizePrefix - 4)
  if (batchLength < batchLengthMin) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Record size ${batchLength} is less than the minimum record overhead (${batchLengthMin})`,
    )
  }
  if (end - at < sizeAndMagicEnd) return 0
  const magic = magicOf(bytes, at)
  if (magic < 0 || magic > 2) {
    throw new KafkaError('CORRUPT_MESSAGE', `Invalid magic found in record: ${magic}`)
  }
  const size = sizePrefix + batchLength
  return size > end - at ? 0 : size
}

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
