/** Reads of a partition's records: whole batches, as they stand in the file. */
import { int32At } from '../base/bytes.ts'
import { magicOf, sizePrefix } from '../protocol/batch/layout.ts'
import { lastOffsetOf } from './batch-facts.ts'
import { batchLengthMin, type Found } from './batch-scan.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'

export interface ReadOptions {
  readonly bytesMax: number
  /** No batch that reaches this offset or beyond is read. */
  readonly upTo: bigint
  /** The first batch comes even if it is larger than `bytesMax`. */
  readonly atLeastOneBatch: boolean
  /** Where to read into, at least so many bytes; absent: a new buffer. */
  readonly room?: (size: number) => Buffer
}

export interface Slice {
  /** Whole batches of one segment; the first one holds the offset, or is the first behind it. */
  readonly bytes: Uint8Array
}

const nothing: Slice = { bytes: new Uint8Array(0) }

export function readBatches(
  segments: Segments,
  offset: bigint,
  options: ReadOptions,
  logEndOffset: bigint,
): Slice {
  let index = Math.max(0, segments.indexOf(offset))
  // What compaction left empty, or where it removed the last batches, is passed over.
  for (let segment = segments.at(index); segment !== undefined; segment = segments.at(++index)) {
    if (segment.baseOffset >= options.upTo) return nothing
    const found = segment.size === 0 ? null : segment.find(offset)
    if (found !== null) return readFrom(segment, found, options, logEndOffset)
  }
  return nothing
}

function readFrom(
  segment: Segment,
  { position, size }: Found,
  { bytesMax, upTo, atLeastOneBatch, room = Buffer.allocUnsafeSlow }: ReadOptions,
  logEndOffset: bigint,
): Slice {
  if (size > bytesMax && !atLeastOneBatch) return nothing
  const wanted = Math.min(Math.max(size, bytesMax), segment.size - position)
  const bytes = room(wanted)
  const read = segment.log.read(bytes, position)
  const end = upTo >= logEndOffset ? endOfWhole(bytes, read) : endBelow(bytes, read, upTo)
  if (end === 0) return nothing
  segment.hint(lastOffsetOf(bytes, lastStart) + 1n, position + end)
  return { bytes: end === wanted ? bytes : bytes.subarray(0, end) }
}

/** Where the last of the batches begins that `endOfWhole` or `endBelow` went over. */
let lastStart = 0

/** The end of the last batch that is there whole. */
function endOfWhole(bytes: Uint8Array, end: number): number {
  let at = 0
  while (end - at >= sizePrefix) {
    const size = sizePrefix + int32At(bytes, at + 8)
    // What is none is not handed out; who asks for what stands there is told so.
    if (size < sizePrefix + batchLengthMin || size > end - at || !isKnown(bytes, at)) break
    lastStart = at
    at += size
  }
  return at
}

function isKnown(bytes: Uint8Array, at: number): boolean {
  const magic = magicOf(bytes, at)
  return magic >= 0 && magic <= 2
}

function endBelow(bytes: Uint8Array, end: number, upTo: bigint): number {
  const whole = endOfWhole(bytes, end)
  if (whole === 0 || lastOffsetOf(bytes, lastStart) < upTo) return whole
  let at = 0
  while (at < whole && lastOffsetOf(bytes, at) < upTo) {
    lastStart = at
    at += sizePrefix + int32At(bytes, at + 8)
  }
  return at
}
