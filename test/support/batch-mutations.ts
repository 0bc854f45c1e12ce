/** Record batches made wrong beneath a seal that is right, so that the fault is not found before the records are read. */
import fc from 'fast-check'
import { type Compression, codec } from '../../src/protocol/batch/compression/codecs.ts'
import * as layout from '../../src/protocol/batch/layout.ts'
import { type Mutation, mutations } from './mutations.ts'
import { vectorLines } from './vectors.ts'

/** Batches of every codec and kind, well-formed ones and others. */
export const sampleBatches: readonly Buffer[] = ['batches.jsonl', 'batches-malformed.jsonl']
  .flatMap((file) => vectorLines<{ hex: string }>(file))
  .map(({ hex }) => Buffer.from(hex, 'hex'))

/** One batch of these bytes, its length and its CRC set right. */
export function sealed(bytes: Buffer): Buffer {
  if (bytes.length < layout.headerSize) return bytes
  const batch = Buffer.from(bytes)
  batch.writeInt32BE(batch.length - layout.sizePrefix, layout.batchLengthAt)
  layout.updateCrc(batch)
  return batch
}

/** The records of a compressed batch mutated as they are without the codec, and compressed again. */
function within(bytes: Buffer, mutate: Mutation): Buffer {
  if (bytes.length < layout.headerSize) return bytes
  const name = layout.compressionOf(bytes)
  if (name === undefined || name === 'none') return mutate(bytes)
  return Buffer.concat([bytes.subarray(0, layout.headerSize), again(bytes, name, mutate)])
}

function again(bytes: Buffer, name: Compression, mutate: Mutation): Uint8Array {
  const records = bytes.subarray(layout.headerSize)
  try {
    const plain = codec(name).decompress(records, 1 << 24)
    return codec(name).compress(mutate(Buffer.from(plain)))
  } catch {
    // Not one that its codec can read: then its bytes themselves are mutated.
    return mutate(records)
  }
}

/** Faults anywhere, faults beneath a right seal, and faults inside what is compressed. */
export const batchMutations: fc.Arbitrary<Mutation> = fc
  .tuple(mutations, fc.constantFrom('anywhere', 'sealed', 'within'))
  .map(([mutate, kind]): Mutation => {
    if (kind === 'anywhere') return mutate
    if (kind === 'sealed') return (bytes) => sealed(mutate(bytes))
    return (bytes) => sealed(within(bytes, mutate))
  })

/**
 * A batch whose records are zeros, so many bytes of them, beneath a header and a seal that are right. The header is that of
 * a sound batch of one record.
 */
export function bomb(sound: Uint8Array, compression: Compression, bytes: number): Buffer {
  const zeros = codec(compression).compress(Buffer.alloc(bytes))
  return sealed(Buffer.concat([sound.subarray(0, layout.headerSize), zeros]))
}
