import { int32At, setInt32 } from '../../../base/bytes.ts'
import { lazily } from '../../../base/lazy.ts'
import { readUnsignedVarint } from '../../../base/varint.ts'
import type { Codec } from './codecs.ts'
import { messageOf, tooLarge, unreadable } from './failure.ts'

/**
 * Snappy in the frame of Java's SnappyOutputStream, which Kafka has used from the beginning:
 *
 *   0                    8         12                    16
 *   | 82 S N A P P Y 00  | version | compatible version  | size | block | size | block | …
 *                          int32     int32                 int32
 *
 * Some clients send one bare block instead; it is read too.
 */
const magic = Uint8Array.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const frameHeaderSize = 16
const blockBytesMax = 32 * 1024
// A block begins with its length, and three bytes can stand for at most 64: more is a lie, not worth the memory.
const expansionMax = 64

// The library's buffers outside of the heap, its default, cost the collector more than a copy does: 180 MB/s against 2,300.
const copied = { copyOutputData: true } as const

type Library = {
  compressSync(bytes: Uint8Array, options: typeof copied): Buffer
  uncompressSync(bytes: Uint8Array, options: typeof copied & { asBuffer: true }): Buffer
}

let library: Library | undefined

function loaded(): Library {
  library ??= lazily('snappy') as Library
  return library
}

export const snappy: Codec = {
  compress: (bytes) => {
    const pieces: Uint8Array[] = [frameHeader()]
    for (let start = 0; start < bytes.length; start += blockBytesMax) {
      const block = loaded().compressSync(bytes.subarray(start, start + blockBytesMax), copied)
      const size = new Uint8Array(4)
      setInt32(size, 0, block.length)
      pieces.push(size, block)
    }
    return Buffer.concat(pieces)
  },
  decompress: (bytes, sizeMax) => {
    if (!hasMagic(bytes, 0)) return uncompress(bytes, sizeMax)
    const pieces: Uint8Array[] = []
    let total = 0
    for (const block of blocks(bytes)) {
      const piece = uncompress(block, sizeMax - total)
      total += piece.length
      pieces.push(piece)
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, total)
  },
}

function* blocks(bytes: Uint8Array): Generator<Uint8Array> {
  let at = 0
  while (at < bytes.length) {
    // Streams may be joined: a header can stand wherever a block can.
    if (hasMagic(bytes, at)) {
      at += frameHeaderSize
      if (at > bytes.length) throw unreadable('snappy', 'the frame header is cut off')
      continue
    }
    const size = at + 4 <= bytes.length ? int32At(bytes, at) : -1
    if (size < 0 || at + 4 + size > bytes.length) {
      throw unreadable('snappy', `the block at ${at} is cut off`)
    }
    yield bytes.subarray(at + 4, at + 4 + size)
    at += 4 + size
  }
}

function uncompress(block: Uint8Array, sizeMax: number): Uint8Array {
  try {
    const size = readUnsignedVarint({ bytes: block, position: 0, end: block.length }) >>> 0
    if (size > block.length * expansionMax)
      throw new RangeError(`${size} bytes from ${block.length}`)
    if (size <= sizeMax) return loaded().uncompressSync(block, { ...copied, asBuffer: true })
  } catch (error) {
    throw unreadable('snappy', messageOf(error), error)
  }
  throw tooLarge('snappy', sizeMax)
}

function frameHeader(): Uint8Array {
  const header = new Uint8Array(frameHeaderSize)
  header.set(magic)
  setInt32(header, 8, 1)
  setInt32(header, 12, 1)
  return header
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return magic.every((byte, i) => bytes[at + i] === byte)
}
