import { isUtf8 } from 'node:buffer'
import { cutLines, type Lines } from '../../../protocol/batch/engine/engine.ts'

const newline = 10
const carriageReturn = 13

/**
 * Cuts a stream of bytes into lines, which end with a newline, a carriage return, or both. Bytes that are no UTF-8 turn into
 * the replacement character, as in Kafka's tool, which reads text; everything else stays as it is, to the byte.
 *
 * What is handed out is valid until the next call; a chunk belongs to whoever gave it as soon as all its lines are out.
 */
export class LineCutter {
  /** Pieces of a line that has not ended yet. */
  #rest: Uint8Array[] = []
  /** The last chunk ended with a carriage return: a newline that follows belongs to it. */
  #skipsNewline = false

  /** At the end of the stream: the last line, if nothing ended it. */
  finish(): Lines | null {
    if (this.#rest.length === 0) return null
    return theOne(this.#restWith(new Uint8Array(0)))
  }

  /** Lines that end in this chunk, some at a time. One that began in an earlier chunk comes first, and alone. */
  *push(chunk: Uint8Array): Generator<Lines> {
    if (chunk.length === 0) return
    let start = this.#skipsNewline && chunk[0] === newline ? 1 : 0
    this.#skipsNewline = chunk[chunk.length - 1] === carriageReturn
    if (this.#rest.length > 0) {
      const end = firstLineEnd(chunk, start)
      if (end < 0) {
        if (start < chunk.length) this.#rest.push(copyOf(chunk.subarray(start)))
        return
      }
      const line = this.#restWith(chunk.subarray(start, end))
      start = behind(chunk, end)
      yield theOne(line)
    }
    const last = lastLineEnd(chunk)
    if (last >= start) {
      yield* wholeLines(chunk.subarray(start, last + 1))
      start = last + 1
    }
    if (start < chunk.length) this.#rest.push(copyOf(chunk.subarray(start)))
  }

  #restWith(end: Uint8Array): Uint8Array {
    const line = Buffer.concat([...this.#rest, end])
    this.#rest = []
    return line
  }
}

function* wholeLines(bytes: Uint8Array): Generator<Lines> {
  const source = repaired(bytes)
  for (let from = 0; from < source.length; ) {
    const lines = cutLines(source, from)
    if (lines.count === 0) {
      // A line that is longer than what is looked at together.
      const end = firstLineEnd(source, from)
      yield { source, bounds: Int32Array.of(from, end), count: 1 }
      from = behind(source, end)
    } else {
      yield lines
      from = behind(source, lines.next - 1)
    }
  }
}

/** What nothing ends but the end of what is there. */
function theOne(bytes: Uint8Array): Lines {
  const source = repaired(bytes)
  return { source, bounds: Int32Array.of(0, source.length), count: 1 }
}

function repaired(bytes: Uint8Array): Uint8Array {
  if (isUtf8(bytes)) return bytes
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
}

/** Behind the line end at this place; a newline after a carriage return belongs to it. */
function behind(source: Uint8Array, end: number): number {
  return source[end] === carriageReturn && source[end + 1] === newline ? end + 2 : end + 1
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
