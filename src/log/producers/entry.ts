/** What a partition knows of one producer: its epoch, its last batches, its open transaction. */
import * as layout from '../../protocol/batch/layout.ts'
import { decrementSequence, lastSequence } from '../../protocol/batch/sequence.ts'

export interface SentBatch {
  lastSequence: number
  lastOffset: bigint
  /** How many offsets before the last one the batch began. */
  offsetDelta: number
  timestamp: bigint
  /** The only one that a snapshot had of its producer: those before it are forgotten. */
  isRestored?: boolean
  /** Appended once, and its own offsets are forgotten; it lies no further than `lastOffset`. */
  isForgotten?: boolean
}

export interface ProducerEntry {
  readonly producerId: bigint
  /** −1: not known yet. */
  epoch: number
  /** Of the last marker; −1: none yet. */
  coordinatorEpoch: number
  lastTimestamp: bigint
  /** The last five, oldest first: a client has at most five requests on the way (KIP-98). */
  readonly batches: SentBatch[]
  /** Where the open transaction begins. */
  transactionStart: bigint | null
}

const batchesMax = 5

export function newEntry(producerId: bigint): ProducerEntry {
  return {
    producerId,
    epoch: -1,
    coordinatorEpoch: -1,
    lastTimestamp: -1n,
    batches: [],
    transactionStart: null,
  }
}

export function firstSequenceOf(batch: SentBatch): number {
  return decrementSequence(batch.lastSequence, batch.offsetDelta)
}

/** The batch that was appended already; null for a new one. */
export function findDuplicate(
  entry: ProducerEntry,
  batch: Uint8Array,
  at: number,
): SentBatch | null {
  if (layout.producerEpochOf(batch, at) !== entry.epoch) return null
  const first = layout.baseSequenceOf(batch, at)
  const last = lastSequence(first, layout.lastOffsetDeltaOf(batch, at))
  for (const each of entry.batches) {
    if (each.lastSequence === last && firstSequenceOf(each) === first) return each
  }
  return forgotten(entry, { first, last })
}

/**
 * Kafka's snapshots keep one batch of a producer, and after a restart Kafka calls an earlier one that comes again out of order;
 * its client then sends it under a new epoch, and it is there twice. But sequences have no gaps: whatever comes before the one
 * that was restored has been appended before it.
 */
function forgotten(
  { batches: [oldest] }: ProducerEntry,
  { first, last }: { first: number; last: number },
): SentBatch | null {
  if (oldest?.isRestored !== true || first > last || last >= firstSequenceOf(oldest)) return null
  const lastOffset = oldest.lastOffset - BigInt(oldest.offsetDelta) - 1n
  const { timestamp } = oldest
  return { lastSequence: last, lastOffset, offsetDelta: last - first, timestamp, isForgotten: true }
}

/** A new epoch forgets the batches of the old one. */
export function setEpoch(entry: ProducerEntry, epoch: number): void {
  if (entry.epoch === epoch) return
  entry.batches.length = 0
  entry.epoch = epoch
}

export function addBatch(entry: ProducerEntry, epoch: number, batch: SentBatch): void {
  setEpoch(entry, epoch)
  if (entry.batches.length === batchesMax) entry.batches.shift()
  entry.batches.push(batch)
  entry.lastTimestamp = batch.timestamp
}
