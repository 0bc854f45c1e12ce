import { lazily } from '../../../base/lazy.ts'
import type { Codec } from './codecs.ts'
import { messageOf, tooLarge, unreadable } from './failure.ts'

/**
 * LZ4 in its standard frame, of which Kafka reads the first:
 *
 *   0       4     5    6             (14)       n            n + 1
 *   | magic | FLG | BD | contentSize | checksum | size | block | …  | 0 | contentChecksum
 *     LE      1     1    8, optional   1          LE             end mark    4, optional
 *
 *   FLG: version 01 | independent blocks | block checksum | content size | content checksum | 0 | dictionary id
 *   BD:  0 | largest block: 4 to 7 for 64 KiB to 4 MiB | 0000
 *
 * The highest bit of a block's size says that it stands there as it was. The frame is read here and only its blocks by the
 * library: its own reader of frames knows no limit and is several times slower. Checksums of blocks and content are passed
 * over, for the batch has its own; the header's is compared, as Kafka does.
 */
const magic = 0x184d2204
const plainBit = 0x80000000
// A byte of a block stands for at most 255.
const expansionMax = 255

type Library = {
  compressFrameSync(bytes: Uint8Array): Buffer
  /** Of a block with the size of its content before it; a larger size than the true one does no harm. */
  uncompressSync(bytes: Uint8Array): Buffer
}

let library: Library | undefined

function loaded(): Library {
  library ??= lazily('lz4-napi') as Library
  return library
}

export const lz4: Codec = {
  compress: (bytes) => loaded().compressFrameSync(bytes),
  decompress: (bytes, sizeMax) => {
    const header = readHeader(bytes)
    if (bytes[header.size - 1] !== headerChecksum(bytes, header.size)) {
      throw unreadable('lz4', 'Stream frame descriptor corrupted')
    }
    const pieces: Uint8Array[] = []
    let total = 0
    for (let at = header.size; ; ) {
      const sizeField = sizeFieldAt(bytes, at)
      if (sizeField === 0) break
      const size = sizeField & ~plainBit
      const block = bytes.subarray(at + 4, at + 4 + size)
      const piece = sizeField > plainBit ? block : uncompress(block, header.blockSizeMax)
      total += piece.length
      if (total > sizeMax) throw tooLarge('lz4', sizeMax)
      pieces.push(piece)
      at += 4 + size + header.blockChecksumSize
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, total)
  },
}

/**
 * The same frame with a true header checksum. Kafka's clients of magic 0 took the magic into the checksum; the bytes that
 * came so are still in old logs (KAFKA-3160).
 */
export function withTrueHeaderChecksum(bytes: Uint8Array): Uint8Array {
  const { size } = readHeader(bytes)
  const checksum = headerChecksum(bytes, size)
  if (bytes[size - 1] === checksum) return bytes
  const repaired = Uint8Array.from(bytes)
  repaired[size - 1] = checksum
  return repaired
}

function sizeFieldAt(bytes: Uint8Array, at: number): number {
  const sizeField = at + 4 <= bytes.length ? uint32LittleEndian(bytes, at) : -1
  if (sizeField < 0) throw unreadable('lz4', 'the frame has no end mark')
  if ((sizeField & ~plainBit) > bytes.length - at - 4) throw unreadable('lz4', 'a block is cut off')
  return sizeField
}

function uncompress(block: Uint8Array, blockSizeMax: number): Uint8Array {
  const input = Buffer.allocUnsafe(4 + block.length)
  input.writeUInt32LE(Math.min(block.length * expansionMax, blockSizeMax))
  input.set(block, 4)
  try {
    return loaded().uncompressSync(input)
  } catch (error) {
    throw unreadable('lz4', messageOf(error), error)
  }
}

function readHeader(bytes: Uint8Array) {
  if (bytes.length < 7 || uint32LittleEndian(bytes, 0) !== magic) {
    throw unreadable('lz4', 'Stream unsupported (invalid magic bytes)')
  }
  const flags = bytes[4]!
  const independent = (flags & 0x20) !== 0
  if (flags >> 6 !== 1 || !independent) {
    throw unreadable('lz4', 'only frames of version 1 with independent blocks are read')
  }
  const blockSizeCode = (bytes[5]! >> 4) & 0x07
  if (blockSizeCode < 4) throw unreadable('lz4', `${blockSizeCode} is no size of blocks`)
  return {
    size: 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0),
    blockSizeMax: 1 << (8 + 2 * blockSizeCode),
    blockChecksumSize: flags & 0x10 ? 4 : 0,
  }
}

function headerChecksum(bytes: Uint8Array, headerSize: number): number {
  return (xxh32(bytes.subarray(4, headerSize - 1)) >>> 8) & 0xff
}

function uint32LittleEndian(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  )
}

const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

/** xxHash32 with seed 0, of fewer than 16 bytes: a frame descriptor has at most 14. */
function xxh32(bytes: Uint8Array): number {
  let hash = prime5 + bytes.length
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + Math.imul(uint32LittleEndian(bytes, at), prime3)) | 0
    hash = Math.imul((hash << 17) | (hash >>> 15), prime4)
  }
  for (; at < bytes.length; at++) {
    hash = (hash + Math.imul(bytes[at]!, prime5)) | 0
    hash = Math.imul((hash << 11) | (hash >>> 21), prime1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}
