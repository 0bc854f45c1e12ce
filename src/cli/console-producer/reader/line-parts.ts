import { type Lines, splitLines } from '../../../protocol/batch/engine/engine.ts'
import { HeaderBytes } from '../../../protocol/batch/header-bytes.ts'
import type { Header } from '../../../protocol/batch/headers.ts'
import { spanWidth } from '../../../protocol/batch/spans.ts'
import type { Parts, Taken } from './parts.ts'
import { kafkaException, type ReaderSettings } from './reader.ts'

/** Takes lines apart, byte by byte: nothing becomes text but what an error has to show, and headers that are not simple. */
export class LineParts implements Parts {
  #spans = new Int32Array(1024 * spanWidth)
  readonly #headers = new HeaderBytes()
  readonly #settings: ReaderSettings
  readonly #marker: Uint8Array | null
  readonly #pairSeparator: Uint8Array
  #lineNumber = 0

  constructor(settings: ReaderSettings) {
    this.#settings = settings
    this.#marker = settings.nullMarker === null ? null : Buffer.from(settings.nullMarker)
    this.#pairSeparator = Buffer.from(settings.headersKeySeparator)
  }

  take(lines: Lines): Taken {
    return this.#takeTogether(lines) ?? this.#takeEach(lines)
  }

  /** Null for what is more than a value, or a key before it. */
  #takeTogether(lines: Lines): Taken | null {
    const { parseHeaders, parseKey, keySeparator, ignoreError } = this.#settings
    if (parseHeaders || this.#marker !== null) return null
    const how = { isKeyOptional: ignoreError }
    const split = splitLines(lines, parseKey ? keySeparator : null, how)
    if (split === null) return null
    const { source, bounds, count } = lines
    const { spans, count: done } = split
    this.#lineNumber += done
    const taken = { slices: { source, spans, count: done }, partitions: null }
    if (done === count) return taken
    this.#lineNumber++
    const [start, end] = [bounds[done * 2]!, bounds[done * 2 + 1]!]
    return { ...taken, fault: this.#missing('key separator', source, start, end) }
  }

  #takeEach({ source, bounds, count }: Lines): Taken {
    this.#reserve(count)
    this.#headers.clear()
    const { parseHeaders, parseKey } = this.#settings
    for (let i = 0; i < count; i++) {
      const start = bounds[i * 2]!
      const end = bounds[i * 2 + 1]!
      const at = i * spanWidth
      this.#lineNumber++
      if (parseKey || parseHeaders) {
        try {
          const from = parseHeaders ? this.#headersOf(source, start, end, at) : start
          if (parseKey) this.#keyAndValue(source, { start, from, end }, at)
          else this.#value(from, end, at)
        } catch (fault) {
          return { ...this.#taken(source, i), fault }
        }
      } else this.#value(start, end, at)
      if (this.#marker !== null) this.#mark(source, at)
    }
    return this.#taken(source, count)
  }

  #taken(source: Uint8Array, count: number): Taken {
    const headers = this.#headers.bytes
    return { slices: { source, spans: this.#spans, count, headers }, partitions: null }
  }

  #value(start: number, end: number, at: number): void {
    const spans = this.#spans
    spans[at] = -1
    spans[at + 1] = -1
    spans[at + 2] = start
    spans[at + 3] = end
  }

  #keyAndValue(
    source: Uint8Array,
    { start, from, end }: { start: number; from: number; end: number },
    at: number,
  ): void {
    const { keySeparator, ignoreError } = this.#settings
    const keyEnd = indexIn(source, keySeparator, from, end)
    if (keyEnd < 0) {
      if (!ignoreError) throw this.#missing('key separator', source, start, end)
      this.#value(from, end, at)
      return
    }
    const spans = this.#spans
    spans[at] = from
    spans[at + 1] = keyEnd
    spans[at + 2] = keyEnd + keySeparator.length
    spans[at + 3] = end
  }

  /** What equals the marker is null. */
  #mark(source: Uint8Array, at: number): void {
    const spans = this.#spans
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

  /** Takes the headers from the front of a line, and tells where the rest of it begins. */
  #headersOf(source: Uint8Array, start: number, end: number, at: number): number {
    const { headersDelimiter, ignoreError } = this.#settings
    const headers = this.#headers
    const spans = this.#spans
    const headersEnd = indexIn(source, headersDelimiter, start, end)
    if (headersEnd < 0 && !ignoreError) {
      throw this.#missing('headers delimiter', source, start, end)
    }
    const began = headers.length
    spans[at + 4] = headersEnd < 0 ? 0 : this.#pairs(source, start, headersEnd)
    spans[at + 5] = began
    spans[at + 6] = headers.length
    return headersEnd < 0 ? start : headersEnd + headersDelimiter.length
  }

  /** How many headers there are; their bytes are appended. */
  #pairs(source: Uint8Array, start: number, end: number): number {
    const headers = this.#headers
    const began = headers.length
    const count = this.#simplePairs(source, start, end)
    if (count >= 0) return count
    headers.length = began
    const list = this.#headerList(textOf(source, start, end))
    headers.all(list)
    return list.length
  }

  /** −1 for what takes more than cutting at two separators: a regular expression, a marker for null, an empty or a broken pair. */
  #simplePairs(source: Uint8Array, start: number, end: number): number {
    const { headersSeparator: separator } = this.#settings
    if (separator === null || this.#marker !== null) return -1
    let count = 0
    for (let from = start; from <= end; count++) {
      const found = indexIn(source, separator, from, end)
      const pairEnd = found < 0 ? end : found
      const keyEnd = indexIn(source, this.#pairSeparator, from, pairEnd)
      if (keyEnd < 0) return -1
      this.#headers.part(source, from, keyEnd)
      this.#headers.part(source, keyEnd + this.#pairSeparator.length, pairEnd)
      from = pairEnd + separator.length
    }
    return count
  }

  #headerList(text: string): Header[] {
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

  // Fresh ones are zeros: no headers.
  #reserve(count: number): void {
    if (count * spanWidth > this.#spans.length) this.#spans = new Int32Array(count * spanWidth * 2)
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
