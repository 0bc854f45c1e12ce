/** Records as lines of JSON (see record-json.ts): their bytes are copied once, and become text only where they have to. */
import { isUtf8 } from 'node:buffer'
import { type Place, readVarint } from '../../base/varint.ts'
import { headerKeyText } from '../../protocol/batch/headers.ts'
import type { OutputBuffer } from '../output/buffer.ts'
import type { RecordView } from './record-view.ts'

const piece = (text: string) => Buffer.from(text)
const timestampName = piece(',"timestamp":')
const created = piece(',"timestampType":"CreateTime","key":')
const appended = piece(',"timestampType":"LogAppendTime","key":')
const valueName = piece(',"value":')
const headersName = piece(',"headers":[')
const headerStart = piece('{"key":')
const lineEnd = piece(']}\n')
const nullWord = piece('null')
const comma = 0x2c
const quote = 0x22
const backslash = 0x5c
const closingBrace = 0x7d

/** What `JSON.stringify` writes for bytes that cannot stand for themselves; null for all others. */
const escapes: readonly (Uint8Array | null)[] = Array.from({ length: 128 }, (_, byte) => {
  const written = JSON.stringify(String.fromCharCode(byte)).slice(1, -1)
  return written.length === 1 ? null : piece(written)
})

export class RecordJsonWriter {
  #topic = ''
  #partition = -1
  #leaderEpoch = -1
  /** Up to the offset, and between offset and timestamp: the same for all records of a batch. */
  #head: Uint8Array = nullWord
  #middle: Uint8Array = nullWord
  readonly #place: Place = { bytes: nullWord, position: 0, end: 0 }

  write(record: RecordView, out: OutputBuffer): void {
    const { topic, partition, leaderEpoch, cursor } = record
    if (topic !== this.#topic || partition !== this.#partition) this.#name(topic, partition)
    if (leaderEpoch !== this.#leaderEpoch) this.#lead(leaderEpoch)
    out.all(this.#head)
    out.integer(cursor.offset())
    out.all(this.#middle)
    out.integer(cursor.timestamp())
    out.all(cursor.appendTime === null ? created : appended)
    writePart(out, cursor.bytes, cursor.keyStart, cursor.keyEnd)
    out.all(valueName)
    writePart(out, cursor.bytes, cursor.valueStart, cursor.valueEnd)
    out.all(headersName)
    if (cursor.headerCount > 0) this.#headers(record, out)
    out.all(lineEnd)
  }

  #headers({ cursor }: RecordView, out: OutputBuffer): void {
    const { bytes } = cursor
    const place = this.#place
    place.bytes = bytes
    place.position = cursor.headersStart
    place.end = cursor.headersEnd
    for (let i = 0; i < cursor.headerCount; i++) {
      if (i > 0) out.byte(comma)
      out.all(headerStart)
      const keyEnd = readVarint(place) + place.position
      if (!writeText(out, bytes, place.position, keyEnd)) {
        out.text(JSON.stringify(headerKeyText(bytes.subarray(place.position, keyEnd))))
      }
      place.position = keyEnd
      out.all(valueName)
      const size = readVarint(place)
      const valueStart = size < 0 ? -1 : place.position
      writePart(out, bytes, valueStart, valueStart + size)
      if (size > 0) place.position += size
      out.byte(closingBrace)
    }
  }

  #name(topic: string, partition: number): void {
    this.#topic = topic
    this.#partition = partition
    this.#head = piece(`{"topic":${JSON.stringify(topic)},"partition":${partition},"offset":`)
    this.#lead(this.#leaderEpoch)
  }

  #lead(leaderEpoch: number): void {
    this.#leaderEpoch = leaderEpoch
    this.#middle = Buffer.concat([piece(`,"leaderEpoch":${leaderEpoch}`), timestampName])
  }
}

function writePart(out: OutputBuffer, bytes: Uint8Array, start: number, end: number): void {
  if (start < 0) out.all(nullWord)
  else if (!writeText(out, bytes, start, end)) {
    const part = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    out.text(`{"base64":"${part.toString('base64')}"}`)
  }
}

/** A string of JSON, or nothing at all and false where the bytes are no UTF-8. */
function writeText(out: OutputBuffer, source: Uint8Array, start: number, end: number): boolean {
  const size = end - start
  const began = out.length
  const target = out.room(size + 2)
  let at = began
  target[at++] = quote
  let from = start
  for (; from < end; from++) {
    const byte = source[from]!
    if (byte >= 0x80 || byte < 0x20 || byte === quote || byte === backslash) break
    target[at++] = byte
  }
  if (from < end) {
    const rest = source.subarray(from, end)
    if (!isUtf8(rest)) return false
    out.length = at
    writeEscaped(out, rest)
    out.byte(quote)
    return true
  }
  target[at++] = quote
  out.length = at
  return true
}

/** Stretches that stand for themselves are copied whole. */
function writeEscaped(out: OutputBuffer, source: Uint8Array): void {
  let start = 0
  for (let at = 0; at < source.length; at++) {
    const byte = source[at]!
    if (byte >= 0x80) continue
    const written = escapes[byte]!
    if (written === null) continue
    out.slice(source, start, at)
    out.all(written)
    start = at + 1
  }
  out.slice(source, start, source.length)
}
