/** Whether a producer may append a batch: Kafka's rules about epochs and sequence numbers (KIP-98, KIP-360), and its words. */
import * as layout from '../../protocol/batch/layout.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import type { ProducerEntry } from './entry.ts'

export type Origin = 'client' | 'coordinator' | 'raft' | 'replication'

export interface Fault {
  readonly error: ErrorName
  readonly message: string
}

export interface Place {
  readonly topicPartition: string
  readonly offset: bigint
  readonly origin: Origin
}

/** A batch of data. A producer that is not known may begin with any sequence number: its records may be gone by retention. */
export function checkBatch(
  entry: ProducerEntry | undefined,
  batch: Uint8Array,
  at: number,
  place: Place,
): Fault | null {
  if (entry === undefined) return null
  return (
    checkEpoch(entry, layout.producerEpochOf(batch, at), place) ??
    (place.origin === 'client' ? checkSequence(entry, batch, at, place) : null) ??
    checkTransaction(entry, batch, at, place)
  )
}

/** A commit or abort marker. */
export function checkMarker(
  entry: ProducerEntry | undefined,
  {
    epoch,
    coordinatorEpoch,
    transactionVersion,
  }: { epoch: number; coordinatorEpoch: number; transactionVersion: number },
  place: Place,
): Fault | null {
  if (entry === undefined) return null
  const fault = checkEpoch(entry, epoch, place)
  if (fault !== null) return fault
  if (place.origin === 'replication') return null
  // Where epochs grow with every transaction, one that is as old as the open transaction belongs to the one before it (KIP-890).
  const isLate = transactionVersion >= 2 && epoch === entry.epoch && entry.transactionStart !== null
  if (isLate) return oldEpoch(entry, epoch, place)
  if (entry.coordinatorEpoch <= coordinatorEpoch) return null
  return {
    error: 'TRANSACTION_COORDINATOR_FENCED',
    message:
      `Invalid coordinator epoch for producerId ${entry.producerId} at offset ${place.offset} in partition ${place.topicPartition}: ` +
      `${coordinatorEpoch} (zombie), ${entry.coordinatorEpoch} (current)`,
  }
}

function checkEpoch(entry: ProducerEntry, epoch: number, place: Place): Fault | null {
  // What a leader has taken, its followers take.
  if (epoch >= entry.epoch || place.origin === 'replication') return null
  return oldEpoch(entry, epoch, place)
}

function oldEpoch(entry: ProducerEntry, epoch: number, place: Place): Fault {
  return {
    error: 'INVALID_PRODUCER_EPOCH',
    message:
      `Epoch of producer ${entry.producerId} at offset ${place.offset} in ${place.topicPartition} is ${epoch}, ` +
      `which is smaller than the last seen epoch ${entry.epoch}`,
  }
}

function checkSequence(
  entry: ProducerEntry,
  batch: Uint8Array,
  at: number,
  { offset, topicPartition }: Place,
): Fault | null {
  const epoch = layout.producerEpochOf(batch, at)
  const first = layout.baseSequenceOf(batch, at)
  if (epoch !== entry.epoch) {
    if (first === 0 || entry.epoch === -1) return null
    return outOfOrder(
      // The missing blank is Kafka's.
      `Invalid sequence number for new epoch of producer ${entry.producerId}at offset ${offset} in partition ${topicPartition}: ` +
        `${epoch} (request epoch), ${first} (seq. number), ${entry.epoch} (current producer epoch)`,
    )
  }
  const last = entry.batches.at(-1)?.lastSequence ?? -1
  if (first === last + 1 || (first === 0 && last === 0x7fffffff)) return null
  return outOfOrder(
    `Out of order sequence number for producer ${entry.producerId} at offset ${offset} in partition ${topicPartition}: ` +
      `${first} (incoming seq. number), ${last} (current end sequence number)`,
  )
}

function checkTransaction(
  entry: ProducerEntry,
  batch: Uint8Array,
  at: number,
  { offset, topicPartition }: Place,
): Fault | null {
  if (entry.transactionStart === null || layout.isTransactional(batch, at)) return null
  return {
    error: 'INVALID_TXN_STATE',
    message: `Expected transactional write from producer ${entry.producerId} at offset ${offset} in partition ${topicPartition}`,
  }
}

function outOfOrder(message: string): Fault {
  return { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message }
}
