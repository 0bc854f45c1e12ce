/** What compaction keeps of a batch (KIP-534 for tombstones and markers), and the batch written anew where it keeps a part. */
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import * as layout from '../../protocol/batch/layout.ts'
import { headerSize } from '../../protocol/batch/layout.ts'
import { BatchWriter } from '../../protocol/batch/writer.ts'
import * as facts from '../batch-facts.ts'
import type { AbortedTransaction } from '../transaction-index.ts'
import type { KeyMap } from './key-map.ts'
import type { CleanedTransactions } from './transactions.ts'

export interface LastOfProducer {
  /** Null where the last that is known of it is a marker. */
  readonly lastDataOffset: bigint | null
  readonly epoch: number
}

export interface FilterOptions {
  readonly keys: KeyMap
  /** The first offset that the map does not know of: from there on everything stays. */
  readonly mapEnd: bigint
  readonly transactions: CleanedTransactions
  /** Their last batches stay, if empty: they hold the last sequence number, or the epoch. */
  readonly producers: ReadonlyMap<bigint, LastOfProducer>
  readonly now: number
  readonly deleteRetentionMs: number
}

/** How a batch goes on: as it is, as other bytes, or not at all. */
export type Kept = { bytes: Uint8Array } | 'as-it-is' | 'gone'

export class BatchFilter {
  readonly #options: FilterOptions
  readonly #cursor = new RecordCursor()
  readonly #writer = new BatchWriter()
  readonly #now: bigint
  #retained = new Uint8Array(1024)
  /** A tombstone is among the records that stay. */
  #tombstone = false

  constructor(options: FilterOptions) {
    this.#options = options
    this.#now = BigInt(options.now)
  }

  /**
   * `last`: the batch ends the segments that become one; it stays, if empty, so that its offset is known. `onAborted` hears of
   * an aborted transaction whose marker stays.
   */
  filter(
    bytes: Uint8Array,
    at: number,
    { last, onAborted }: { last: boolean; onAborted: (transaction: AbortedTransaction) => void },
  ): Kept {
    if (layout.magicOf(bytes, at) < 2) return this.#filterLegacy(bytes, at)
    const horizon = layout.deleteHorizonMsOf(bytes, at)
    const control = layout.isControl(bytes, at)
    let markerIsIdle = false
    let discard: boolean
    if (control) {
      const { idle, aborted } = this.#options.transactions.marker(bytes, at)
      if (aborted !== null) onAborted(aborted)
      markerIsIdle = idle
      discard = idle && horizon !== null && horizon <= this.#now
    } else {
      discard = this.#options.transactions.batch(bytes, at)
    }
    const keepEmpty = last || this.#isLastOfProducer(bytes, at, control)
    if (discard) return keepEmpty ? emptied(bytes, at) : 'gone'
    const count = layout.countOf(bytes, at)
    const kept = this.#choose(bytes, at, { control, horizon })
    if (kept === 0) return keepEmpty ? emptied(bytes, at) : 'gone'
    const newHorizon =
      horizon === null && (this.#tombstone || markerIsIdle)
        ? this.#now + BigInt(this.#options.deleteRetentionMs)
        : null
    if (kept === count && newHorizon === null) return 'as-it-is'
    return { bytes: this.#rewritten(bytes, at, newHorizon ?? horizon) }
  }

  #isLastOfProducer(bytes: Uint8Array, at: number, control: boolean): boolean {
    const producerId = layout.producerIdOf(bytes, at)
    if (producerId < 0n) return false
    const known = this.#options.producers.get(producerId)
    if (known === undefined) return false
    if (known.lastDataOffset !== null)
      return layout.lastOffsetOf(bytes, at) === known.lastDataOffset
    return control && layout.producerEpochOf(bytes, at) === known.epoch
  }

  /** Marks the records that stay, and counts them. */
  #choose(
    bytes: Uint8Array,
    at: number,
    { control, horizon }: { control: boolean; horizon: bigint | null },
  ): number {
    const { keys, mapEnd } = this.#options
    const cursor = this.#cursor.open(bytes, at)
    if (cursor.count > this.#retained.length) this.#retained = new Uint8Array(2 * cursor.count)
    const tombstonesStay = horizon === null || this.#now < horizon
    const base = Number(cursor.baseOffset - keys.baseOffset)
    const end = Number(mapEnd - keys.baseOffset)
    this.#tombstone = false
    let kept = 0
    for (let index = 0; cursor.next(); index++) {
      const offset = base + cursor.offsetDelta
      const isTombstone = cursor.valueStart < 0
      let stays = control || offset >= end
      if (!stays && cursor.keyStart >= 0 && (!isTombstone || tombstonesStay)) {
        stays = offset >= keys.get(cursor.bytes, cursor.keyStart, cursor.keyEnd)
      }
      this.#retained[index] = stays ? 1 : 0
      if (!stays) continue
      kept++
      if (isTombstone && !control) this.#tombstone = true
    }
    return kept
  }

  #rewritten(bytes: Uint8Array, at: number, deleteHorizonMs: bigint | null): Uint8Array {
    const cursor = this.#cursor.rewind()
    const writer = this.#writer
    let baseTimestamp = deleteHorizonMs
    for (let index = 0; cursor.next(); index++) {
      if (this.#retained[index] === 0) continue
      baseTimestamp ??= cursor.timestamp()
      const timestampDelta = deltaFrom(cursor, baseTimestamp)
      writer.appendFrom(cursor, { timestampDelta, offsetDelta: cursor.offsetDelta })
    }
    const timestampType = layout.timestampTypeOf(bytes, at)
    return writer.build({
      compression: layout.compressionOf(bytes, at) ?? 'none',
      baseTimestamp: baseTimestamp ?? -1n,
      deleteHorizonMs,
      timestampType,
      ...(timestampType === 'LogAppendTime'
        ? { maxTimestamp: layout.maxTimestampOf(bytes, at) }
        : {}),
      ...fieldsOf(bytes, at),
    })
  }

  /** A message or wrapper of the old formats stays whole while one of its records does. */
  #filterLegacy(bytes: Uint8Array, at: number): Kept {
    const { keys, mapEnd } = this.#options
    const cursor = this.#cursor.open(bytes, at)
    if (facts.lastOffsetOf(bytes, at) >= mapEnd) return 'as-it-is'
    while (cursor.next()) {
      if (cursor.keyStart < 0) continue
      const latest = keys.get(cursor.bytes, cursor.keyStart, cursor.keyEnd)
      if (Number(cursor.offset() - keys.baseOffset) >= latest) return 'as-it-is'
    }
    return 'gone'
  }
}

function deltaFrom(cursor: RecordCursor, baseTimestamp: bigint): number | bigint {
  const delta = cursor.timestamp() - baseTimestamp
  const small = Number(delta)
  return Number.isSafeInteger(small) ? small : BigInt.asIntN(64, delta)
}

/** What survives of the header: above all the offsets and sequence numbers that the batch stood for. */
function fieldsOf(bytes: Uint8Array, at: number) {
  return {
    producerId: layout.producerIdOf(bytes, at),
    producerEpoch: layout.producerEpochOf(bytes, at),
    baseSequence: layout.baseSequenceOf(bytes, at),
    transactional: layout.isTransactional(bytes, at),
    control: layout.isControl(bytes, at),
    baseOffset: layout.baseOffsetOf(bytes, at),
    partitionLeaderEpoch: layout.leaderEpochOf(bytes, at),
    lastOffsetDelta: layout.lastOffsetDeltaOf(bytes, at),
  }
}

/** The header alone, with no records. */
function emptied(bytes: Uint8Array, at: number): { bytes: Uint8Array } {
  const writer = new BatchWriter(headerSize)
  return {
    bytes: writer.build({
      ...fieldsOf(bytes, at),
      timestampType: layout.timestampTypeOf(bytes, at),
      baseTimestamp: -1n,
      maxTimestamp: layout.maxTimestampOf(bytes, at),
    }),
  }
}
