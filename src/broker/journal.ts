/**
 * What coordinators write to: one partition of an internal topic for each of them. A batch is remembered when every in-sync
 * replica holds it; only then may the coordinator speak.
 */

import type { Clock } from '../host/clock.ts'
import { endTxnMarkerOf } from '../log/producers/marker.ts'
import type { Compression } from '../protocol/batch/compression/codecs.ts'
import { encodeBatch } from '../protocol/batch/encode.ts'
import {
  batches,
  isControl,
  isTransactional,
  lastOffsetOf,
  producerIdOf,
} from '../protocol/batch/layout.ts'
import { records } from '../protocol/batch/reader.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { TopicPartition } from './replicas.ts'

export interface JournalRecord {
  readonly key: Uint8Array
  /** Null is a tombstone. */
  readonly value: Uint8Array | null
}

export interface CoordinatorJournal {
  /** Resolves when the high watermark has passed the batch; rejects with KafkaError. Order of calls is order in the log. */
  append(
    partition: number,
    entries: readonly JournalRecord[],
    producer?: JournalProducer,
  ): Promise<void>
  /** All records of the partition from its start to the end of the log, in order. */
  replay(
    partition: number,
    take: TakeRecord,
    takeMarker?: (marker: JournalMarker) => void,
  ): Promise<void>
  /** A newer life of the producer has been here: nothing of this one is taken any more. */
  isFenced(partition: number, producer: JournalProducer): boolean
}

/** In whose transaction a record stands; null: in none. */
export type TakeRecord = (
  key: Uint8Array | null,
  value: Uint8Array | null,
  offset: bigint,
  producerId: bigint | null,
) => void

export interface JournalProducer {
  readonly producerId: bigint
  readonly producerEpoch: number
}

export interface JournalMarker {
  readonly producerId: bigint
  readonly committed: boolean
}

export interface JournalOptions {
  readonly topic: string
  /** Kafka's coordinators write base sequence 0 into __consumer_offsets and -1 into __transaction_state. */
  readonly baseSequence: number
  readonly compression?: Compression
}

/** How long replicas may take. */
const timeoutMs = 5000
// Large enough for few reads, small enough for many of them in a turn.
const replayBytesMax = 1 << 18
/** So long a reload may keep others from their turn. */
const replayTurnMs = 10

export function coordinatorJournal(
  broker: Pick<Broker, 'replicas' | 'clock'>,
  { topic, baseSequence, compression = 'none' }: JournalOptions,
): CoordinatorJournal {
  // A broker that starts, or takes over from another one, has tens of partitions to read at once. One after the other they
  // leave room for everybody else, and the first ones are ready early.
  let reading = Promise.resolve()
  const breath = breather(broker.clock)
  return {
    async append(partition, entries, producer) {
      const baseTimestamp = BigInt(broker.clock.now())
      const identity = producer === undefined ? {} : { ...producer, transactional: true }
      const batch = encodeBatch({ baseSequence, baseTimestamp, compression, ...identity }, entries)
      const at = { topic, partition }
      const outcome = broker.replicas.append(at, batch, { acks: -1, origin: 'coordinator' })
      if (!outcome.ok) throw new KafkaError(outcome.error, outcome.message)
      const { hosted, appended } = outcome
      const error = await broker.replicas.safe(hosted, appended.lastOffset + 1n, timeoutMs)
      if (error !== 'NONE') throw new KafkaError(error)
    },

    replay(partition, take, takeMarker = () => {}) {
      const replayed = reading.then(() =>
        replay(broker.replicas, { topic, partition }, { take, takeMarker, breath }),
      )
      reading = replayed.catch(() => {})
      return replayed
    },

    isFenced(partition, { producerId, producerEpoch }) {
      const entry = broker.replicas.get(topic, partition)?.log.producers.get(producerId)
      return entry !== undefined && producerEpoch < entry.epoch
    },
  }
}

interface Replaying {
  readonly take: TakeRecord
  readonly takeMarker: (marker: JournalMarker) => void
  readonly breath: () => Promise<void> | null
}

async function replay(
  replicas: Broker['replicas'],
  { topic, partition }: TopicPartition,
  { take, takeMarker, breath }: Replaying,
): Promise<void> {
  const hosted = replicas.leader(topic, partition)
  if (typeof hosted === 'string') throw new KafkaError(hosted)
  const { log } = hosted
  // A new leader's high watermark lags behind: records below the end may have been acknowledged by the one before it.
  const upTo = log.logEndOffset
  for (let offset = log.logStartOffset; offset < upTo; ) {
    await breath()
    const { bytes } = log.read(offset, { bytesMax: replayBytesMax, upTo, atLeastOneBatch: true })
    if (bytes.length === 0) return
    offset = replayBatches(bytes, take, takeMarker)
  }
}

/** Null while the turn is not over yet; else what to wait for, so that others get theirs. */
function breather(clock: Clock): () => Promise<void> | null {
  let ends = clock.monotonic() + replayTurnMs
  return () => {
    if (clock.monotonic() < ends) return null
    return new Promise((resolve) =>
      clock.schedule(0, () => {
        ends = clock.monotonic() + replayTurnMs
        resolve()
      }),
    )
  }
}

/** The offset behind the last batch. */
function replayBatches(
  bytes: Uint8Array,
  take: TakeRecord,
  takeMarker: (marker: JournalMarker) => void,
): bigint {
  let next = 0n
  for (const at of batches(bytes)) {
    next = lastOffsetOf(bytes, at) + 1n
    const producerId = producerIdOf(bytes, at)
    if (isControl(bytes, at)) {
      const marker = endTxnMarkerOf(bytes, at)
      if (marker !== null) takeMarker({ producerId, committed: !marker.aborted })
      continue
    }
    const owner = isTransactional(bytes, at) ? producerId : null
    for (const { key, value, offset } of records(bytes, at)) take(key, value, offset, owner)
  }
  return next
}
