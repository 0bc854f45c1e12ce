/** The batch writers that are not in use, and which of them a batch's bytes belong to. */
import { overheadMax } from '../../protocol/batch/spans.ts'
import { BatchWriter } from '../../protocol/batch/writer.ts'
import type { ProducerSettings } from './settings.ts'

/** A buffer with much more room than its batch is not kept occupied until the answer. */
const wasteMax = 2

export class Writers {
  readonly #settings: ProducerSettings
  readonly #free: BatchWriter[] = []
  readonly #owners = new WeakMap<Uint8Array, BatchWriter>()

  constructor(settings: ProducerSettings) {
    this.#settings = settings
  }

  take(): BatchWriter {
    return this.#free.pop() ?? new BatchWriter(this.#settings.batchSize + overheadMax)
  }

  /** The finished bytes; the writer is free for another batch. */
  finish(writer: BatchWriter, baseTimestamp: number): Uint8Array {
    const { compression, compressionLevel } = this.#settings
    const bytes = writer.build({
      compression,
      ...(compressionLevel === undefined ? {} : { compressionLevel }),
      baseTimestamp: BigInt(baseTimestamp),
    })
    this.#free.push(writer)
    if (bytes.buffer.byteLength > wasteMax * bytes.length) {
      const exact = Buffer.allocUnsafeSlow(bytes.length)
      exact.set(bytes)
      writer.recycle(bytes)
      return exact
    }
    this.#owners.set(bytes, writer)
    return bytes
  }

  /** Nobody reads these bytes any more. */
  recycle(bytes: Uint8Array): void {
    this.#owners.get(bytes)?.recycle(bytes)
  }
}
