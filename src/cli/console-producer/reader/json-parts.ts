import { readRecordJson, type WrittenRecord } from '../../records/record-json.ts'
import type { Lines } from './line-cutter.ts'
import type { Parts } from './parts.ts'
import { kafkaException } from './reader.ts'

/** `--input jsonl`: each line is a record as `console-consumer --output jsonl` writes it. */
export class JsonParts implements Parts {
  readonly isOneByOne = true
  #lineNumber = 0

  spans(): never {
    throw new Error('a record of JSON has no place in its line')
  }

  record({ source, bounds }: Lines, index: number): WrittenRecord {
    this.#lineNumber++
    const start = bounds[index * 2]!
    const end = bounds[index * 2 + 1]!
    const text = Buffer.from(source.buffer, source.byteOffset + start, end - start).toString()
    try {
      return readRecordJson(text)
    } catch (cause) {
      throw kafkaException(`Line ${this.#lineNumber} is no record: ${(cause as Error).message}`)
    }
  }
}
