import type { Header } from '../../../protocol/batch/headers.ts'
import { spanWidth } from '../../../protocol/batch/spans.ts'
import type { WrittenRecord } from '../../records/record-json.ts'
import type { Lines } from './line-cutter.ts'
import { kafkaException, type ReaderSettings } from './reader.ts'

/** How lines become records. */
export interface Parts {
  /** Whether lines are read one by one, by `record`; otherwise many together, by `spans`. */
  readonly isOneByOne: boolean
  spans(lines: Lines): { spans: Int32Array; count: number; fault?: unknown }
  record(lines: Lines, index: number): WrittenRecord
}

/** Takes lines apart, byte by byte: nothing becomes text but headers, and what an error has to show. */
export class LineParts implements Parts {
  #spans = new Int32Array(1024 * spanWidth)
  readonly #settings: ReaderSettings
  readonly #marker: Uint8Array | null
  #lineNumber = 0

  constructor(settings: ReaderSettings) {
    this.#settings = settings
    this.#marker = settings.nullMarker === null ? null : Buffer.from(settings.nullMarker)
  }

  get isOneByOne(): boolean {
    return this.#settings.parseHeaders
  }

  /**
   * Start and end of key and value of each line (see `spanWidth`). A line that cannot be taken apart ends them, as `fault`:
   * those before it are good.
   */
  spans({ source, bounds, count }: Lines): { spans: Int32Array; count: number; fault?: unknown } {
    const spans = this.#room(count)
    const { parseKey } = this.#settings
    for (let i = 0; i < count; i++) {
      const start = bounds[i * 2]!
      const end = bounds[i * 2 + 1]!
      const at = i * spanWidth
      this.#lineNumber++
      if (parseKey) {
        try {
          this.#keyAndValue(source, { start, from: start, end }, spans, at)
        } catch (fault) {
          return { spans, count: i, fault }
        }
      } else {
        spans[at] = -1
        spans[at + 1] = -1
        spans[at + 2] = start
        spans[at + 3] = end
      }
      if (this.#marker !== null) this.#mark(source, spans, at)
    }
    return { spans, count }
  }

  /** One line with its headers. */
  record({ source, bounds }: Lines, index: number): WrittenRecord {
    const start = bounds[index * 2]!
    const end = bounds[index * 2 + 1]!
    const place = this.#spans
    this.#lineNumber++
    const { headersDelimiter, parseHeaders, ignoreError } = this.#settings
    const headersEnd = parseHeaders ? indexIn(source, headersDelimiter, start, end) : -1
    if (parseHeaders && headersEnd < 0 && !ignoreError) {
      throw this.#missing('headers delimiter', source, start, end)
    }
    const from = headersEnd < 0 ? start : headersEnd + headersDelimiter.length
    if (this.#settings.parseKey) this.#keyAndValue(source, { start, from, end }, place, 0)
    else place.set([-1, -1, from, end])
    if (this.#marker !== null) this.#mark(source, place, 0)
    const part = (at: number) => (place[at]! < 0 ? null : source.subarray(place[at], place[at + 1]))
    return {
      headers: headersEnd < 0 ? [] : this.#headers(textOf(source, start, headersEnd)),
      key: part(0),
      value: part(2),
      timestamp: null,
      partition: null,
    }
  }

  #keyAndValue(
    source: Uint8Array,
    { start, from, end }: { start: number; from: number; end: number },
    spans: Int32Array,
    at: number,
  ): void {
    const { keySeparator, ignoreError } = this.#settings
    const keyEnd = indexIn(source, keySeparator, from, end)
    if (keyEnd < 0 && !ignoreError) throw this.#missing('key separator', source, start, end)
    spans[at] = keyEnd < 0 ? -1 : from
    spans[at + 1] = keyEnd
    spans[at + 2] = keyEnd < 0 ? from : keyEnd + keySeparator.length
    spans[at + 3] = end
  }

  /** What equals the marker is null. */
  #mark(source: Uint8Array, spans: Int32Array, at: number): void {
    const marker = this.#marker!
    for (const side of [at, at + 2]) {
      const start = spans[side]!
      const end = spans[side + 1]!
      if (end - start !== marker.length || start < 0) continue
      if (Buffer.compare(marker, source.subarray(start, end)) !== 0) continue
      spans[side] = -1
      spans[side + 1] = -1
    }
  }

  #headers(text: string): Header[] {
    const { nullMarker, splitHeaders, headersKeySeparator, ignoreError } = this.#settings
    if (text === nullMarker) return []
    return splitHeaders(text).map((pair) => {
      const keyEnd = pair.indexOf(headersKeySeparator)
      if (keyEnd < 0) {
        if (ignoreError) return { key: pair, value: null }
        throw kafkaException(
          `No header key separator found in pair '${pair}' on line number ${this.#lineNumber}`,
        )
      }
      const key = pair.slice(0, keyEnd)
      if (key === nullMarker) {
        throw kafkaException(
          `Header keys should not be equal to the null marker '${nullMarker}' as they can't be null`,
        )
      }
      const value = pair.slice(keyEnd + headersKeySeparator.length)
      return { key, value: value === nullMarker ? null : Buffer.from(value) }
    })
  }

  #missing(what: string, source: Uint8Array, start: number, end: number) {
    const line = textOf(source, start, end)
    return kafkaException(`No ${what} found on line number ${this.#lineNumber}: '${line}'`)
  }

  #room(count: number): Int32Array {
    if (count * spanWidth > this.#spans.length) this.#spans = new Int32Array(count * spanWidth * 2)
    return this.#spans
  }
}

function textOf(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString()
}

/** Where a pattern begins within the bounds, or −1. */
export function indexIn(
  source: Uint8Array,
  pattern: Uint8Array,
  start: number,
  end: number,
): number {
  const size = pattern.length
  if (size === 0) return start
  const first = pattern[0]!
  const last = end - size
  for (let at = start; at <= last; at++) {
    if (source[at] !== first) continue
    let matched = 1
    while (matched < size && source[at + matched] === pattern[matched]) matched++
    if (matched === size) return at
  }
  return -1
}
