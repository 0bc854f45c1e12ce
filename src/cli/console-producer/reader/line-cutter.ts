import { isUtf8 } from 'node:buffer'

const newline = 10
const carriageReturn = 13
const linesInitial = 1024

/** Whole lines of one chunk: start and end of each, one behind the other, without the line's end. */
export type Lines = {
  readonly source: Uint8Array
  readonly bounds: Int32Array
  readonly count: number
}

/**
 * Cuts a stream of bytes into lines, which end with a newline, a carriage return, or both. Bytes that are no UTF-8 turn into
 * the replacement character, as in Kafka's tool, which reads text; everything else stays as it is, to the byte.
 *
 * What is handed out is valid until the next call; a chunk belongs to whoever gave it as soon as all its lines are out.
 */
export class LineCutter {
  #bounds = new Int32Array(linesInitial * 2)
  /** Pieces of a line that has not ended yet. */
  #rest: Uint8Array[] = []
  /** The last chunk ended with a carriage return: a newline that follows belongs to it. */
  #skipsNewline = false

  /** At the end of the stream: the last line, if nothing ended it. */
  finish(): Lines | null {
    if (this.#rest.length === 0) return null
    const line = this.#restWith(new Uint8Array(0))
    return this.#cut(line, 0, line.length, line.length)
  }

  /** Lines that end in this chunk. Those that began in an earlier one come first, in a chunk of their own. */
  *push(chunk: Uint8Array): Generator<Lines> {
    let start = 0
    if (this.#skipsNewline && chunk.length > 0) {
      this.#skipsNewline = false
      if (chunk[0] === newline) start = 1
    }
    if (this.#rest.length > 0) {
      const end = firstLineEnd(chunk, start)
      if (end < 0) {
        if (start < chunk.length) this.#rest.push(copyOf(chunk.subarray(start)))
        return
      }
      const line = this.#restWith(chunk.subarray(start, end))
      start = this.#behind(chunk, end)
      yield this.#cut(line, 0, line.length, line.length)
    }
    const last = lastLineEnd(chunk)
    if (last >= start) {
      yield this.#cut(chunk, start, last + 1, -1)
      start = last + 1
      if (chunk[last] === carriageReturn && start === chunk.length) this.#skipsNewline = true
    }
    if (start < chunk.length) this.#rest.push(copyOf(chunk.subarray(start)))
  }

  #restWith(end: Uint8Array): Uint8Array {
    const line = Buffer.concat([...this.#rest, end])
    this.#rest = []
    return line
  }

  /** Behind the line end at this place; a newline after a carriage return belongs to it. */
  #behind(chunk: Uint8Array, end: number): number {
    if (chunk[end] !== carriageReturn) return end + 1
    if (end + 1 === chunk.length) this.#skipsNewline = true
    return chunk[end + 1] === newline ? end + 2 : end + 1
  }

  /** Lines between two places; `open` is where a line ends that has no line end, or −1. */
  #cut(source: Uint8Array, start: number, end: number, open: number): Lines {
    const region = source.subarray(start, end)
    if (!isUtf8(region)) {
      const repaired = Buffer.from(
        Buffer.from(region.buffer, region.byteOffset, region.length).toString(),
      )
      return this.#bounded(repaired, 0, repaired.length, open < 0 ? -1 : repaired.length)
    }
    return this.#bounded(source, start, end, open)
  }

  #bounded(source: Uint8Array, from: number, end: number, open: number): Lines {
    let bounds = this.#bounds
    let count = 0
    let start = from
    const returns = source.indexOf(carriageReturn, from)
    const hasReturns = returns >= 0 && returns < end
    // The runtime looks for a byte many times faster than a loop here does.
    const buffer = Buffer.from(source.buffer, source.byteOffset, source.length)
    const next = (at: number): number => {
      const feed = buffer.indexOf(newline, at)
      if (!hasReturns) return feed < 0 ? end : feed
      const carriage = buffer.indexOf(carriageReturn, at)
      if (feed < 0 || carriage < 0) return feed < 0 && carriage < 0 ? end : Math.max(feed, carriage)
      return Math.min(feed, carriage)
    }
    for (let at = next(from); at < end; at = next(at + 1)) {
      const byte = source[at]!
      if (count * 2 === bounds.length) bounds = this.#grown(bounds)
      bounds[count * 2] = start
      bounds[count * 2 + 1] = at
      count++
      if (byte === carriageReturn && source[at + 1] === newline && at + 1 < end) at++
      start = at + 1
    }
    if (open >= 0 && (start < open || count === 0)) {
      bounds[count * 2] = start
      bounds[count * 2 + 1] = open
      count++
    }
    return { source, bounds, count }
  }

  #grown(bounds: Int32Array): Int32Array<ArrayBuffer> {
    const bigger = new Int32Array(bounds.length * 2)
    bigger.set(bounds)
    this.#bounds = bigger
    return bigger
  }
}

const copyOf = (bytes: Uint8Array) => new Uint8Array(bytes)

function firstLineEnd(chunk: Uint8Array, from: number): number {
  const feed = chunk.indexOf(newline, from)
  const carriage = chunk.indexOf(carriageReturn, from)
  if (feed < 0 || carriage < 0) return Math.max(feed, carriage)
  return Math.min(feed, carriage)
}

function lastLineEnd(chunk: Uint8Array): number {
  return Math.max(chunk.lastIndexOf(newline), chunk.lastIndexOf(carriageReturn))
}
