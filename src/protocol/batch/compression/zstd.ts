import { lazily } from '../../../base/lazy.ts'
import type { Codec } from './codecs.ts'
import { messageOf, tooLarge, unreadable } from './failure.ts'

/**
 * Zstandard frames (RFC 8878), with or without the size of their content: Java's stream writes them without.
 *
 *   0       4            5        …              …           n
 *   | magic | descriptor | window | dictionary id | contentSize | block header | block | … | checksum
 *     LE      1            0–1      0–4             0–8           3, LE                       4, optional
 *
 *   descriptor:    contentSize's length | one segment (no window) | 0 | 0 | checksum | dictionary id's length
 *   block header:  size (21 bits) | raw, repeated byte, compressed (2 bits) | last (1 bit)
 *
 * No block stands for more than the window or 128 KiB. So the headers alone tell what the frames would become at most;
 * the library, which knows no limit, gets them only after that. It is used also where node:zlib has zstd (22.15 on):
 * one codec that is tested everywhere is worth more than two.
 */
const magic = 0xfd2fb528
const skippableMagic = 0x184d2a50
const blockBytesMax = 128 * 1024
const levelDefault = 3

type Library = {
  Encoder: new (level: number) => { encodeSync(bytes: Uint8Array): Buffer }
  Decoder: new () => { decodeSync(bytes: Uint8Array): Buffer }
}

let library: Library | undefined
let decoder: InstanceType<Library['Decoder']> | undefined
const encoders = new Map<number, InstanceType<Library['Encoder']>>()

function loaded(): Library {
  library ??= lazily('@toondepauw/node-zstd') as Library
  return library
}

export const zstd: Codec = {
  compress: (bytes, level = levelDefault) => encoderFor(level).encodeSync(bytes),
  decompress: (bytes, sizeMax) => {
    if (contentSizeMax(bytes) > sizeMax) throw tooLarge('zstd', sizeMax)
    try {
      decoder ??= new (loaded().Decoder)()
      return decoder.decodeSync(bytes)
    } catch (error) {
      throw unreadable('zstd', messageOf(error), error)
    }
  },
}

function encoderFor(level: number) {
  let encoder = encoders.get(level)
  if (encoder === undefined) {
    encoder = new (loaded().Encoder)(level)
    encoders.set(level, encoder)
  }
  return encoder
}

function contentSizeMax(bytes: Uint8Array): number {
  let total = 0
  let at = 0
  while (at < bytes.length) {
    const frame = measure(bytes, at)
    total += frame.contentSizeMax
    at = frame.end
  }
  return total
}

function measure(bytes: Uint8Array, start: number): { end: number; contentSizeMax: number } {
  const frameMagic = littleEndian(bytes, start, 4)
  if ((frameMagic & 0xfffffff0) >>> 0 === skippableMagic) {
    return { end: start + 8 + littleEndian(bytes, start + 4, 4), contentSizeMax: 0 }
  }
  if (frameMagic !== magic) throw unreadable('zstd', 'no frame begins here')
  const header = readHeader(bytes, start)
  let at = header.end
  let contentSize = 0
  for (let last = false; !last; ) {
    const field = littleEndian(bytes, at, 3)
    const size = field >> 3
    const kind = (field >> 1) & 0x03
    last = (field & 1) === 1
    contentSize += kind === compressed ? header.blockSizeMax : size
    at += 3 + (kind === repeatedByte ? 1 : size)
  }
  return { end: at + header.checksumSize, contentSizeMax: contentSize }
}

const repeatedByte = 1
const compressed = 2

function readHeader(bytes: Uint8Array, start: number) {
  const descriptor = littleEndian(bytes, start + 4, 1)
  const oneSegment = (descriptor & 0x20) !== 0
  const contentSizeLength = [oneSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const dictionaryIdLength = [0, 1, 2, 4][descriptor & 0x03]!
  const contentSizeAt = start + 5 + (oneSegment ? 0 : 1) + dictionaryIdLength
  // The two-byte form counts from 256.
  const windowSize = oneSegment
    ? littleEndian(bytes, contentSizeAt, contentSizeLength) + (contentSizeLength === 2 ? 256 : 0)
    : windowSizeOf(littleEndian(bytes, start + 5, 1))
  return {
    end: contentSizeAt + contentSizeLength,
    blockSizeMax: Math.min(windowSize, blockBytesMax),
    checksumSize: descriptor & 0x04 ? 4 : 0,
  }
}

function windowSizeOf(field: number): number {
  const base = 2 ** (10 + (field >> 3))
  return base + (base / 8) * (field & 0x07)
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw unreadable('zstd', 'the frame is cut off')
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
  return value
}
