/** Brings an image up to what is committed, batch after batch; what stands in an open metadata transaction waits (KIP-868). */
import { assert } from '../../base/assert.ts'
import { applyRecord } from '../../metadata/apply.ts'
import { emptyDelta, type MetadataDelta } from '../../metadata/delta.ts'
import { emptyImage, type MetadataImage } from '../../metadata/image.ts'
import type { MetadataRecord } from '../../metadata/records.ts'

export interface Committed {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly epoch: number
  readonly timestamp: bigint
  readonly sizeBytes: number
  readonly records: readonly MetadataRecord[]
}

export class Loader {
  readonly image: MetadataImage = emptyImage()
  /** Of the last record that is contained: what a snapshot's header says. */
  lastTimestamp = 0n
  #transaction: MetadataRecord[] | null = null

  get inTransaction(): boolean {
    return this.#transaction !== null
  }

  apply(batch: Committed, delta: MetadataDelta = emptyDelta()): MetadataDelta {
    assert(batch.baseOffset === this.image.offset, 'committed batches come in order')
    for (const record of batch.records) this.#take(record, delta)
    this.image.offset = batch.lastOffset + 1n
    this.image.epoch = batch.epoch
    this.lastTimestamp = batch.timestamp
    return delta
  }

  /** Forgets everything for what the snapshot says. */
  reset(
    snapshot: { records: readonly MetadataRecord[]; lastContained: bigint },
    at: { endOffset: bigint; epoch: number },
  ): MetadataDelta {
    const { image } = this
    const fresh = emptyImage()
    for (const record of snapshot.records) applyRecord(fresh, record)
    replaceContents(image, fresh)
    image.offset = at.endOffset
    image.epoch = at.epoch
    this.lastTimestamp = snapshot.lastContained
    this.#transaction = null
    return { ...emptyDelta(), snapshot: true }
  }

  #take(record: MetadataRecord, delta: MetadataDelta): void {
    switch (record.kind) {
      case 'beginTransaction':
        this.#transaction = []
        return
      case 'abortTransaction':
        this.#transaction = null
        return
      case 'endTransaction':
        for (const each of this.#transaction ?? []) applyRecord(this.image, each, delta)
        this.#transaction = null
        return
      default:
        if (this.#transaction === null) applyRecord(this.image, record, delta)
        else this.#transaction.push(record)
    }
  }
}

/** In place: everybody holds on to the same image. */
function replaceContents(image: MetadataImage, fresh: MetadataImage): void {
  const own: { [name: string]: unknown } = image as never
  for (const [name, value] of Object.entries(fresh)) {
    const kept = own[name]
    if (value instanceof Map && kept instanceof Map) {
      kept.clear()
      for (const [key, each] of value) kept.set(key, each)
    } else own[name] = value
  }
}
