import { recordHeaders } from '../../../protocol/batch/reader.ts'
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
      ['offset', ({ cursor }, out) => out.text(`Offset:${cursor.offset()}`)],
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
    for (const [i, { key, value }] of recordHeaders(cursor).entries()) {
      if (i > 0) out.all(this.#headersSeparator)
      out.text(key)
      out.all(colon)
      const bytes = value ?? this.#nullLiteral
      this.#part(out, this.#deserializers.headers, topic, bytes, 0, bytes.length)
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
  if (cursor.appendTime !== null) out.text(`LogAppendTime:${cursor.timestamp()}`)
  else out.text(`CreateTime:${cursor.timestamp()}`)
}
