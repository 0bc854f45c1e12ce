/**
 * The WebAssembly that cuts lines and writes records (`engine.as.ts`), and its memory:
 *
 *   result       2 × 8                  what a call tells beside its answer
 *   separator    separatorMax
 *   lines        windowSize             the lines that `cutLines` hands out
 *   bounds       linesMax × 2 × int32   where they are
 *   lineSpans    linesMax × 7 × int32   what `splitLines` makes of them
 *   source       windowSize             what `writeRecords` was given and does not lie in this memory yet: the slices' bytes,
 *   spans        linesMax × 7 × int32   where they are,
 *   headers      windowSize
 *   timestamps   linesMax × float64
 *   order        linesMax × int32
 *   out          outSize                the records
 *
 * Each part is followed by room that means nothing. There is one of all this: what a call hands out is good until the next one.
 */
import { type Choice, type Slices, spanWidth, type Times } from '../spans.ts'
import { engineBytes } from './engine-bytes.ts'

/** So many bytes of a source are looked at together: they stay in the processor's caches. */
export const windowSize = 256 * 1024
const linesMax = 8192
const outSize = 3 * windowSize
const separatorMax = 256
/** Without key, value and headers. */
const recordSizeMin = 7
const slack = 64
/** Of 64 KiB each: more than all parts take. */
const pages = 40

/** Whole lines of one chunk: start and end of each, one behind the other, without the line's end. */
export type Lines = {
  readonly source: Uint8Array
  readonly bounds: Int32Array
  readonly count: number
}

/** The bytes of all chosen records before the one at `next`. */
export type Written = {
  readonly next: number
  readonly bytes: Uint8Array
  readonly maxTimestampDelta: number
}

type Calls = {
  cutLines(...places: number[]): number
  splitLines(...places: number[]): number
  writeRecords(...places: number[]): number
}

// The types know it as a part of browsers alone.
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: object }
}

class Engine {
  readonly #buffer: ArrayBuffer
  readonly #calls: Calls
  #end = 0
  readonly #result: DataView
  readonly #separator: Uint8Array
  readonly #lines: Uint8Array
  readonly #bounds: Int32Array
  readonly #lineSpans: Int32Array
  readonly #source: Uint8Array
  readonly #spans: Int32Array
  readonly #headers: Uint8Array
  readonly #timestamps: Float64Array
  readonly #order: Int32Array
  readonly #out: Uint8Array

  constructor() {
    const memory = new WebAssembly.Memory({ initial: pages })
    const module = new WebAssembly.Module(Buffer.from(engineBytes, 'base64'))
    const { exports } = new WebAssembly.Instance(module, { env: { memory } })
    this.#calls = exports as Calls
    this.#buffer = memory.buffer
    this.#result = new DataView(this.#buffer, this.#place(16), 16)
    this.#separator = this.#bytes(separatorMax)
    this.#lines = this.#bytes(windowSize)
    this.#bounds = this.#integers(linesMax * 2)
    this.#lineSpans = this.#integers(linesMax * spanWidth)
    this.#source = this.#bytes(windowSize)
    this.#spans = this.#integers(linesMax * spanWidth)
    this.#headers = this.#bytes(windowSize)
    this.#timestamps = new Float64Array(this.#buffer, this.#place(linesMax * 8), linesMax)
    this.#order = this.#integers(linesMax)
    this.#out = this.#bytes(outSize)
  }

  /** See `cutLines` below. */
  cutLines(source: Uint8Array, from: number): Lines & { next: number } {
    const lines = this.#lines
    const size = Math.min(source.length - from, windowSize)
    lines.set(source.subarray(from, from + size))
    const at = lines.byteOffset
    const places = [at, at, at + size, this.#bounds.byteOffset, linesMax, this.#result.byteOffset]
    const count = this.#calls.cutLines(...places)
    const next = from + this.#result.getInt32(0, true)
    return { source: lines, bounds: this.#bounds, count, next }
  }

  /** See `splitLines` below. */
  splitLines(
    { source, bounds, count }: Lines,
    separator: Uint8Array | null,
    { isKeyOptional }: { isKeyOptional: boolean },
  ): { spans: Int32Array; count: number } | null {
    const size = separator?.length ?? 0
    if (!this.#has(source) || !this.#has(bounds) || size > separatorMax) return null
    if (separator !== null) this.#separator.set(separator)
    const done = this.#calls.splitLines(
      ...[source.byteOffset, bounds.byteOffset, count, this.#separator.byteOffset, size],
      ...[separator === null ? 0 : 1, isKeyOptional ? 1 : 0, this.#lineSpans.byteOffset],
    )
    return { spans: this.#lineSpans, count: done }
  }

  /** See `writeRecords` below. */
  writeRecords(
    slices: Slices,
    choice: Choice,
    { window, times, offsetDelta, sizeMax }: Where,
  ): Written {
    const most = Math.min(linesMax, Math.ceil(sizeMax / recordSizeMin))
    const { from, to, rows, order } = this.#chosen(choice, most)
    const source = this.#load(this.#source, slices.source, window)
    const spans = this.#loadRows(this.#spans, slices.spans, rows, spanWidth)
    const headers = this.#load(this.#headers, slices.headers ?? nothing, headersOf(slices, rows))
    const timestamps =
      slices.timestamps === undefined
        ? 0
        : this.#loadRows(this.#timestamps, slices.timestamps, rows, 1)
    const out = this.#out.byteOffset
    const next = this.#calls.writeRecords(
      ...[spans, order, from, to, source.origin, source.low, source.high],
      ...[headers.origin, headers.low, headers.high, timestamps, times.preset, times.base],
      ...[offsetDelta, out, out + Math.min(sizeMax, outSize), this.#result.byteOffset],
    )
    return {
      next,
      bytes: this.#out.subarray(0, this.#result.getInt32(0, true)),
      maxTimestampDelta: this.#result.getFloat64(8, true),
    }
  }

  /** Of a choice the first so many, and in which rows they lie; an order is laid into the memory. */
  #chosen({ from, to, order = null }: Choice, most: number) {
    let end = Math.min(to, from + most)
    if (order === null) return { from, to: end, rows: { first: from, end }, order: 0 }
    const first = order[from]!
    while (order[end - 1]! - first >= linesMax) end = from + ((end - from) >> 1)
    this.#order.set(order.subarray(from, end))
    // As if the order lay there from its beginning.
    const at = this.#order.byteOffset - from * Int32Array.BYTES_PER_ELEMENT
    return { from, to: end, rows: { first, end: order[end - 1]! + 1 }, order: at }
  }

  /** Where the bytes' place 0 is, or would be, and which of them are there. */
  #load(into: Uint8Array, bytes: Uint8Array, { start, end }: { start: number; end: number }) {
    if (this.#has(bytes)) return { origin: bytes.byteOffset, low: 0, high: bytes.length }
    const high = Math.min(end, start + into.length, bytes.length)
    into.set(bytes.subarray(start, high))
    return { origin: into.byteOffset - start, low: start, high }
  }

  /** Where row 0 is, or would be. */
  #loadRows<T extends Int32Array | Float64Array>(
    into: T,
    numbers: T,
    { first, end }: { first: number; end: number },
    width: number,
  ): number {
    if (this.#has(numbers)) return numbers.byteOffset
    into.set(numbers.subarray(first * width, end * width))
    return into.byteOffset - first * width * into.BYTES_PER_ELEMENT
  }

  #has(view: ArrayBufferView): boolean {
    return view.buffer === this.#buffer
  }

  #bytes(size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#place(size), size)
  }

  #integers(count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, this.#place(count * 4), count)
  }

  #place(size: number): number {
    const at = this.#end
    this.#end += Math.ceil((size + slack) / slack) * slack
    return at
  }
}

export type Where = {
  /** Which part of the source the first records lie in; more of it than `windowSize` is not looked at. */
  readonly window: { readonly start: number; readonly end: number }
  readonly times: Times
  /** Of the first record. */
  readonly offsetDelta: number
  /** Bytes that there is room for; each record has to leave `overheadMax` beside its key, value and headers. */
  readonly sizeMax: number
}

let engine: Engine | null = null

function started(): Engine {
  engine ??= new Engine()
  return engine
}

/**
 * The lines of a source from a place on that end within a window; `next` is where the first one begins that does not, or for which there
 * was no room. A line ends with a newline, a carriage return, or both; where both stand astride the window's end, the newline is left.
 */
export function cutLines(source: Uint8Array, from: number): Lines & { next: number } {
  return started().cutLines(source, from)
}

/**
 * Spans of the lines that `cutLines` gave: all of a line is its value, or with a separator what stands behind it, the key being before. They
 * end before a line without a separator, unless its key is optional. Null for lines that are somewhere else.
 */
export function splitLines(
  lines: Lines,
  separator: Uint8Array | null,
  how: { isKeyOptional: boolean },
): { spans: Int32Array; count: number } | null {
  return started().splitLines(lines, separator, how)
}

/** The chosen records as they stand in a batch, up to one that lies elsewhere, or for which there is no room. */
export function writeRecords(slices: Slices, choice: Choice, where: Where): Written {
  return started().writeRecords(slices, choice, where)
}

const nothing = new Uint8Array(0)

/** From the first headers of the rows to the last ones, for as a rule they lie there in the same order. */
function headersOf(
  { spans, headers = nothing }: Slices,
  { first, end }: { first: number; end: number },
) {
  if (headers.length === 0) return { start: 0, end: 0 }
  const has = (row: number) => spans[row * spanWidth + 4]! > 0
  const endOf = (row: number) => spans[row * spanWidth + 6]!
  let [low, high] = [first, end - 1]
  while (low < end && !has(low)) low++
  if (low === end) return { start: 0, end: 0 }
  while (!has(high)) high--
  return { start: spans[low * spanWidth + 5]!, end: Math.max(endOf(low), endOf(high)) }
}
