import type { Lines } from '../../../protocol/batch/engine/engine.ts'
import { HeaderBytes } from '../../../protocol/batch/header-bytes.ts'
import { spanWidth } from '../../../protocol/batch/spans.ts'
import { readRecordJson, type WrittenRecord } from '../../records/record-json.ts'
import { RecordScanner } from '../../records/record-scanner.ts'
import type { Parts, Taken } from './parts.ts'
import { kafkaException } from './reader.ts'

const partitionMax = 0x7fffffff
const linesInitial = 1024

/** `--input jsonl`: each line is a record as `console-consumer --output jsonl` writes it. */
export class JsonParts implements Parts {
  readonly #scanner = new RecordScanner()
  readonly #headers = new HeaderBytes()
  #spans = new Int32Array(linesInitial * spanWidth)
  #timestamps = new Float64Array(linesInitial)
  #partitions = new Int32Array(linesInitial)
  #lineNumber = 0

  take({ source, bounds, count }: Lines): Taken {
    this.#reserve(count)
    this.#headers.clear()
    for (let i = 0; i < count; i++) {
      this.#lineNumber++
      try {
        this.#record(source, bounds[i * 2]!, bounds[i * 2 + 1]!, i)
      } catch (fault) {
        return { ...this.#taken(source, i), fault }
      }
    }
    return this.#taken(source, count)
  }

  #taken(source: Uint8Array, count: number): Taken {
    const slices = {
      source,
      spans: this.#spans,
      count,
      headers: this.#headers.bytes,
      timestamps: this.#timestamps,
    }
    return { slices, partitions: this.#partitions }
  }

  #record(source: Uint8Array, start: number, end: number, index: number): void {
    const scanner = this.#scanner
    if (!scanner.scan(source, start, end)) {
      this.#unusual(source, start, end, index)
      return
    }
    const spans = this.#spans
    const at = index * spanWidth
    spans[at + 5] = this.#headers.length
    scanner.settle(this.#headers)
    spans[at] = scanner.keyStart
    spans[at + 1] = scanner.keyEnd
    spans[at + 2] = scanner.valueStart
    spans[at + 3] = scanner.valueEnd
    spans[at + 4] = scanner.headerCount
    spans[at + 6] = this.#headers.length
    this.#timestamps[index] = scanner.timestamp
    this.#partitions[index] = scanner.partition
  }

  /** The parts are laid into the line itself: they were in it, and took more room there. */
  #unusual(source: Uint8Array, start: number, end: number, index: number): void {
    const { key, value, headers, timestamp, partition } = this.#parsed(source, start, end)
    const spans = this.#spans
    const at = index * spanWidth
    const keySize = key === null ? 0 : key.length
    const place = (part: Uint8Array | null, to: number, spanAt: number) => {
      if (part !== null) source.set(part, to)
      spans[spanAt] = part === null ? -1 : to
      spans[spanAt + 1] = part === null ? -1 : to + part.length
    }
    place(key, start, at)
    place(value, start + keySize, at + 2)
    spans[at + 4] = headers.length
    spans[at + 5] = this.#headers.length
    this.#headers.all(headers)
    spans[at + 6] = this.#headers.length
    this.#timestamps[index] = timestamp ?? -1
    this.#partitions[index] = partition ?? -1
  }

  #parsed(source: Uint8Array, start: number, end: number): WrittenRecord {
    const text = Buffer.from(source.buffer, source.byteOffset + start, end - start).toString()
    let record: WrittenRecord
    try {
      record = readRecordJson(text)
    } catch (cause) {
      throw kafkaException(`Line ${this.#lineNumber} is no record: ${(cause as Error).message}`)
    }
    if (record.partition !== null && record.partition > partitionMax) {
      throw noSuchPartition(this.#lineNumber, record.partition)
    }
    return record
  }

  #reserve(count: number): void {
    if (count <= this.#partitions.length) return
    this.#spans = new Int32Array(count * 2 * spanWidth)
    this.#timestamps = new Float64Array(count * 2)
    this.#partitions = new Int32Array(count * 2)
  }
}

export function noSuchPartition(line: number, partition: number) {
  return kafkaException(`Line ${line} is for partition ${partition}, which is not there`)
}
