import { readVarint } from '../../../base/varint.ts'
import { headerKeyText } from '../../../protocol/batch/headers.ts'
import { isJavaTrue } from '../../java/text.ts'
import type { OutputBuffer } from '../../output/buffer.ts'
import type { RecordView } from '../../records/record-view.ts'
import type { Formatter } from './formatter.ts'

/** Turns bytes into the text that stands for them; absent: the bytes as they are. */
export type Deserialize = (bytes: Uint8Array, topic: string) => string

export type Deserializers = {
  readonly key?: Deserialize | undefined
  readonly value?: Deserialize | undefined
  readonly headers?: Deserialize | undefined
}

type Column = (record: RecordView, out: OutputBuffer) => void

const colon = Buffer.from(':')
const createTime = Buffer.from('CreateTime:')
const logAppendTime = Buffer.from('LogAppendTime:')
const offsetName = Buffer.from('Offset:')

/** Kafka's DefaultMessageFormatter: columns in a fixed order, each switched by a property. */
export class DefaultFormatter implements Formatter {
  readonly #columns: readonly Column[]
  readonly #separator: Uint8Array
  readonly #lineEnd: Uint8Array
  readonly #headersSeparator: Uint8Array
  readonly #nullLiteral: Uint8Array
  readonly #deserializers: Deserializers

  constructor(properties: ReadonlyMap<string, string>, deserializers: Deserializers) {
    const text = (name: string, preset: string) => Buffer.from(properties.get(name) ?? preset)
    this.#separator = text('key.separator', '\t')
    this.#lineEnd = text('line.separator', '\n')
    this.#headersSeparator = text('headers.separator', ',')
    this.#nullLiteral = text('null.literal', 'null')
    this.#deserializers = deserializers
    this.#columns = this.#columnsFor(properties)
  }

  /** Nothing but the value and a line end: what can be done in one copy. */
  get isPlain(): boolean {
    return (
      this.#columns.length === 1 &&
      this.#columns[0] === this.#value &&
      this.#deserializers.value === undefined
    )
  }

  write(record: RecordView, out: OutputBuffer): void {
    const columns = this.#columns
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) out.all(this.#separator)
      columns[i]!(record, out)
    }
    if (columns.length > 0) out.all(this.#lineEnd)
  }

  #columnsFor(properties: ReadonlyMap<string, string>): Column[] {
    const wanted = (name: string) => isJavaTrue(properties.get(`print.${name}`))
    const columns: [name: string, column: Column][] = [
      ['timestamp', writeTimestamp],
      ['partition', ({ partition }, out) => out.text(`Partition:${partition}`)],
      ['offset', writeOffset],
      // Kafka's tool rebuilds the record before it prints it, and loses these two on the way.
      ['delivery', (_record, out) => out.text('Delivery:NOT_PRESENT')],
      ['epoch', (_record, out) => out.text('Epoch:NOT_PRESENT')],
      ['headers', this.#headers],
      ['key', this.#key],
    ]
    const isValueWanted = !properties.has('print.value') || wanted('value')
    return [
      ...columns.filter(([name]) => wanted(name)).map(([, column]) => column),
      ...(isValueWanted ? [this.#value] : []),
    ]
  }

  readonly #key: Column = ({ topic, cursor }, out) =>
    this.#part(out, this.#deserializers.key, topic, cursor.bytes, cursor.keyStart, cursor.keyEnd)

  readonly #value: Column = ({ topic, cursor }, out) =>
    this.#part(
      out,
      this.#deserializers.value,
      topic,
      cursor.bytes,
      cursor.valueStart,
      cursor.valueEnd,
    )

  readonly #headers: Column = ({ topic, cursor }, out) => {
    if (cursor.headerCount === 0) return out.text('NO_HEADERS')
    const { bytes, headersStart: position, headersEnd: end } = cursor
    const place = { bytes, position, end }
    for (let i = 0; i < cursor.headerCount; i++) {
      if (i > 0) out.all(this.#headersSeparator)
      const keyEnd = readVarint(place) + place.position
      writeHeaderKey(out, bytes, place.position, keyEnd)
      place.position = keyEnd
      out.all(colon)
      const size = readVarint(place)
      const start = size < 0 ? -1 : place.position
      this.#part(out, this.#deserializers.headers, topic, bytes, start, start + size)
      if (size > 0) place.position += size
    }
  }

  #part(
    out: OutputBuffer,
    deserialize: Deserialize | undefined,
    topic: string,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (deserialize === undefined) {
      if (start < 0) out.all(this.#nullLiteral)
      else out.slice(bytes, start, end)
      return
    }
    // A null has turned into the literal's bytes by then, and those are what is deserialized.
    const source = start < 0 ? this.#nullLiteral : bytes.subarray(start, end)
    out.text(deserialize(source, topic))
  }
}

function writeTimestamp({ cursor }: RecordView, out: OutputBuffer): void {
  out.all(cursor.appendTime === null ? createTime : logAppendTime)
  out.integer(cursor.timestamp())
}

function writeOffset({ cursor }: RecordView, out: OutputBuffer): void {
  out.all(offsetName)
  out.integer(cursor.offset())
}

/** It is text: what is no UTF-8 in it is replaced, as Java does it. */
function writeHeaderKey(out: OutputBuffer, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if (bytes[at]! >= 0x80) return out.text(headerKeyText(bytes.subarray(start, end)))
  }
  out.slice(bytes, start, end)
}
