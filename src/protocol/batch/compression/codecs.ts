import { KafkaError } from '../../errors.ts'
import { gzip } from './gzip.ts'
import { lz4 } from './lz4.ts'
import { snappy } from './snappy.ts'
import { zstd } from './zstd.ts'

/** The codecs by their id, the three low bits of a batch's attributes. */
export const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Compression = (typeof compressionNames)[number]

export const compressionIds: Record<Compression, number> = {
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4,
}

export type Codec = {
  /** `level` as in `compression.<codec>.level`; a codec without levels ignores it. */
  compress(bytes: Uint8Array, level?: number): Uint8Array
  /** Throws a `KafkaError`, INVALID_RECORD for what the codec cannot read, MESSAGE_TOO_LARGE for what passes the limit. */
  decompress(bytes: Uint8Array, sizeMax: number): Uint8Array
}

/**
 * How large a batch may become when it is decompressed. Kafka has no such limit; we hold the whole of it in memory, and a
 * megabyte of zstd can stand for thirty gigabytes.
 */
export const decompressedBytesMax = 256 * 1024 * 1024

const none: Codec = { compress: (bytes) => bytes, decompress: (bytes) => bytes }

const codecs: Record<Compression, Codec> = { none, gzip, snappy, lz4, zstd }

/** Costs nothing: a codec loads its library when it is first used. */
export function codec(name: Compression): Codec {
  return codecs[name]
}

/** By the id in a batch's attributes; 5 to 7 are refused. */
export function codecById(id: number): Codec {
  return codecs[compressionOf(id)]
}

export function compressionOf(id: number): Compression {
  const name = compressionNames[id]
  if (name !== undefined) return name
  throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', `Unknown compression type id: ${id}`)
}
