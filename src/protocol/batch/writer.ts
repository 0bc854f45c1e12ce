import { assert } from '../../base/assert.ts'
import { varintSize, varlongSize, writeVarint, writeVarlong } from '../../base/varint.ts'
import type { RecordCursor } from './cursor.ts'
import { type Where, windowSize, writeRecords } from './engine/engine.ts'
import { type BatchFields, sealed } from './fields.ts'
import { encodeHeaders, type Header } from './headers.ts'
import { headerSize } from './layout.ts'
import { type Choice, extentOf, overheadMax, type Slices, spanWidth, type Times } from './spans.ts'

const capacityDefault = 16 * 1024
const sparesMax = 4
/** Below this a loop copies faster than TypedArray.set, which wants a view. */
const viewMin = 24
/** So many records are worth a window that is laid into another memory. */
const togetherMin = 12
const noBuffer = Buffer.alloc(0)

/**
 * Writes records straight into the bytes that will be sent; none becomes an object on the way.
 *
 * `build` hands the finished bytes over and the writer goes on with another buffer. What was built stays as it is until
 * it is given back with `recycle`, which is worth doing where batches follow each other fast.
 *
 * A record's time is the batch's `baseTimestamp` (see `BatchFields`) plus its delta. A slice that is null has the start −1.
 */
export class BatchWriter {
  #bytes: Buffer = noBuffer
  #position = headerSize
  #count = 0
  #lastOffsetDelta = -1
  #maxTimestampDelta: number | bigint = 0
  readonly #capacity: number
  readonly #spares: Buffer[] = []
  /** What may come back; null where nothing ever does. */
  readonly #lent: WeakSet<ArrayBufferLike> | null

  /** `once`: nobody gives bytes back; batches may then share a slab with others. */
  constructor(capacity = capacityDefault, { once = false } = {}) {
    this.#lent = once ? null : new WeakSet()
    this.#capacity = Math.max(capacity, headerSize + overheadMax)
  }

  get count(): number {
    return this.#count
  }

  /** Of the batch as it stands, uncompressed, with its header. */
  get sizeInBytes(): number {
    return this.#position
  }

  append(
    timestampDelta: number | bigint,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly Header[] = [],
    offsetDelta = this.#lastOffsetDelta + 1,
  ): void {
    const headersBytes = headers.length === 0 ? nothing : encodeHeaders(headers)
    const keySize = key === null ? -1 : key.length
    const valueSize = value === null ? -1 : value.length
    this.#open(timestampDelta, offsetDelta, keySize, valueSize, headers.length, headersBytes.length)
    this.#part(key ?? nothing, 0, keySize)
    this.#part(value ?? nothing, 0, valueSize)
    this.#headers(headersBytes, headers.length, 0, headersBytes.length)
  }

  /** The record at which a cursor stands, with its headers: for compaction and for a change of codec. */
  appendFrom(
    cursor: RecordCursor,
    { timestampDelta, offsetDelta }: { timestampDelta: number | bigint; offsetDelta: number },
  ): void {
    const keySize = cursor.keyStart < 0 ? -1 : cursor.keyEnd - cursor.keyStart
    const valueSize = cursor.valueStart < 0 ? -1 : cursor.valueEnd - cursor.valueStart
    const { headerCount, headersStart, headersEnd } = cursor
    const headersSize = headersEnd - headersStart
    this.#open(timestampDelta, offsetDelta, keySize, valueSize, headerCount, headersSize)
    this.#part(cursor.bytes, cursor.keyStart, keySize)
    this.#part(cursor.bytes, cursor.valueStart, valueSize)
    this.#headers(cursor.bytes, headerCount, headersStart, headersEnd)
  }

  /**
   * Many records of one chunk at once (lines of a pipe): of those that are chosen as many as the batch takes without becoming larger
   * than `sizeMax`; the first one always fits. Returns how far it came.
   *
   * A writer whose capacity is `sizeMax` + `overheadMax` never has to grow.
   */
  appendSpans(
    slices: Slices,
    choice: Choice,
    { times, sizeMax }: { times: Times; sizeMax: number },
  ): number {
    const { from, to, order = null } = choice
    const isFew = to - from < togetherMin
    let next = from
    while (next < to) {
      const index = order === null ? next : order[next]!
      const { start, end, size } = extentOf(slices.spans, index)
      const tooLarge = this.#position + size + overheadMax > sizeMax
      if (tooLarge && this.#count > 0) return next
      if (isFew || tooLarge || Math.max(end - start, size) > windowSize) {
        this.#appendSpan(slices, index, times)
        next++
      } else {
        const most = Math.max(end - start, sizeMax - this.#position)
        const window = { start, end: Math.min(start + most, slices.source.length) }
        next = this.#appendTogether(slices, { from: next, to, order }, { window, times, sizeMax })
      }
    }
    return next
  }

  /** The batch, ready for a Produce request or a log; the writer is empty afterwards. */
  build(fields: BatchFields = {}, baseTimestamp = fields.baseTimestamp): Uint8Array {
    this.#reserve(0)
    const bytes = this.#bytes
    const built = sealed(bytes.subarray(0, this.#position), fields, {
      baseTimestamp,
      count: this.#count,
      lastOffsetDelta: this.#lastOffsetDelta,
      maxTimestampDelta: this.#maxTimestampDelta,
    })
    if (built.buffer === bytes.buffer) {
      this.#lent?.add(built.buffer)
      this.#bytes = noBuffer
    }
    this.clear()
    return built
  }

  /** Takes back what `build` gave and nobody reads any more; bytes that are not the writer's are left alone. */
  recycle(built: Uint8Array): void {
    if (this.#lent?.delete(built.buffer) !== true || this.#spares.length === sparesMax) return
    this.#spares.push(Buffer.from(built.buffer as ArrayBuffer))
  }

  /** Room for so many bytes at once, where somebody knows how many come. */
  reserve(size: number): void {
    this.#reserve(size)
  }

  /** Drops the records of the batch that was begun. */
  clear(): void {
    this.#position = headerSize
    this.#count = 0
    this.#lastOffsetDelta = -1
  }

  /** Makes room for the record and writes what stands before its key. */
  #open(
    timestampDelta: number | bigint,
    offsetDelta: number,
    keySize: number,
    valueSize: number,
    headerCount: number,
    headersSize: number,
  ): void {
    const size =
      1 +
      varlongSize(timestampDelta) +
      varintSize(offsetDelta) +
      varintSize(keySize) +
      Math.max(keySize, 0) +
      varintSize(valueSize) +
      Math.max(valueSize, 0) +
      varintSize(headerCount) +
      headersSize
    this.#reserve(size + overheadMax)
    const bytes = this.#bytes
    let position = writeVarint(bytes, this.#position, size)
    bytes[position++] = 0
    position = writeVarlong(bytes, position, timestampDelta)
    this.#position = writeVarint(bytes, position, offsetDelta)
    this.#noteTime(timestampDelta)
    this.#lastOffsetDelta = offsetDelta
    this.#count++
  }

  /** A record whose slices lie anywhere. */
  #appendSpan(slices: Slices, index: number, { base, preset }: Times): void {
    const { source, spans, headers = nothing, timestamps } = slices
    const at = index * spanWidth
    const [keyStart, valueStart, headerCount] = [spans[at]!, spans[at + 2]!, spans[at + 4]!]
    const [headersStart, headersEnd] = [spans[at + 5]!, spans[at + 6]!]
    const keySize = keyStart < 0 ? -1 : spans[at + 1]! - keyStart
    const valueSize = valueStart < 0 ? -1 : spans[at + 3]! - valueStart
    const own = timestamps === undefined ? -1 : timestamps[index]!
    const delta = (own < 0 ? preset : own) - base
    const offsetDelta = this.#lastOffsetDelta + 1
    this.#open(delta, offsetDelta, keySize, valueSize, headerCount, headersEnd - headersStart)
    this.#part(source, keyStart, keySize)
    this.#part(source, valueStart, valueSize)
    this.#headers(headers, headerCount, headersStart, headersEnd)
  }

  #part(source: Uint8Array, start: number, size: number): void {
    const bytes = this.#bytes
    let position = writeVarint(bytes, this.#position, size)
    if (size >= viewMin) {
      // A view costs more than the copy.
      const isWhole = size === source.length
      bytes.set(isWhole ? source : source.subarray(start, start + size), position)
      position += size
    } else {
      for (let from = start; from < start + size; ) bytes[position++] = source[from++]!
    }
    this.#position = position
  }

  #headers(source: Uint8Array, count: number, start: number, end: number): void {
    const position = writeVarint(this.#bytes, this.#position, count)
    if (end > start) this.#bytes.set(source.subarray(start, end), position)
    this.#position = position + end - start
  }

  #appendTogether(
    slices: Slices,
    choice: Choice,
    { window, times, sizeMax }: Pick<Where, 'window' | 'times' | 'sizeMax'>,
  ): number {
    const { next, bytes, maxTimestampDelta } = writeRecords(slices, choice, {
      window,
      times,
      offsetDelta: this.#lastOffsetDelta + 1,
      sizeMax: sizeMax - this.#position,
    })
    const written = next - choice.from
    assert(written > 0, 'a record that was laid into the window fits there')
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#position)
    this.#position += bytes.length
    this.#noteTime(maxTimestampDelta)
    this.#lastOffsetDelta += written
    this.#count += written
    return next
  }

  #noteTime(timestampDelta: number | bigint): void {
    if (this.#count === 0 || timestampDelta > this.#maxTimestampDelta) {
      this.#maxTimestampDelta = timestampDelta
    }
  }

  #reserve(size: number): void {
    if (this.#position + size > this.#bytes.length) this.#grow(this.#position + size)
  }

  #grow(size: number): void {
    const old = this.#bytes
    const spare = old === noBuffer ? this.#spares.pop() : undefined
    if (spare !== undefined && spare.length >= size) {
      this.#bytes = spare
      return
    }
    const sizeWanted = old === noBuffer ? size : 2 * size
    const capacity = Math.max(sizeWanted, this.#capacity)
    this.#bytes =
      this.#lent === null ? Buffer.allocUnsafe(capacity) : Buffer.allocUnsafeSlow(capacity)
    if (old !== noBuffer) old.copy(this.#bytes, 0, 0, this.#position)
  }
}

const nothing = new Uint8Array(0)
