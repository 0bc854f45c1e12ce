/** What becomes of batches that were sent: `verdictOf` says it of each answer, and here it is done. */
import { code, errorName, KafkaError } from '../../protocol/errors.ts'
import { backoffMs } from '../backoff.ts'
import type { Cluster } from '../cluster.ts'
import { partitionKey } from '../topic-partition.ts'
import type { Accumulator } from './accumulator.ts'
import { type Batch, failedRecords, rangesOf, split } from './batch.ts'
import type { Lane } from './lane.ts'
import {
  answersOf,
  type Parcel,
  type PartitionAnswer,
  type ProduceAnswer,
} from './produce-request.ts'
import { type RecordFault, recordFaults } from './record-errors.ts'
import type { ProducerSettings } from './settings.ts'
import { verdictOf } from './verdict.ts'

export type DeliveryEvents = {
  /** The lane has something to send again. */
  again(lane: Lane): void
  /** Bytes of the buffer are free. */
  settled(): void
}

export class Deliveries {
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #accumulator: Accumulator
  readonly #events: DeliveryEvents

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    accumulator: Accumulator,
    events: DeliveryEvents,
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.#accumulator = accumulator
    this.#events = events
  }

  take(parcels: readonly Parcel[], answer: ProduceAnswer): void {
    const answers = answersOf(this.#cluster, answer)
    if (answer.nodeEndpoints.length > 0) this.#cluster.cache.learnBrokers(answer.nodeEndpoints)
    for (const { lane, batch } of parcels) {
      const each = answers.get(partitionKey(lane.topic, lane.partition))
      if (each !== undefined) this.#judge(lane, batch, each)
      else this.fail(lane, batch, unanswered())
    }
  }

  /** The request as a whole has failed; whether its batches were appended is not known. */
  failAll(parcels: readonly Parcel[], error: unknown): void {
    if (!(error instanceof KafkaError)) throw error
    if (error.fate === 'refresh') this.#cluster.distrust()
    for (const { lane, batch } of parcels) {
      if (error.fate === 'final') this.fail(lane, batch, error)
      else this.#retry(lane, batch, error, { renew: false, counts: true })
    }
  }

  deliver(lane: Lane, batch: Batch, baseOffset: bigint): void {
    lane.delivered(batch)
    // What was sent without waiting for an answer may still be on its way out of the socket.
    this.#accumulator.settle(batch, { reusable: this.#settings.acks !== 0 })
    this.#settings.onDelivered({
      topic: lane.topic,
      partition: lane.partition,
      baseOffset,
      ranges: rangesOf(batch.numbers),
    })
    this.#events.settled()
  }

  fail(lane: Lane, batch: Batch, error: KafkaError, faultOf = shared(error)): void {
    lane.abandon(batch)
    this.#settings.onFailure({
      topic: lane.topic,
      partition: lane.partition,
      ranges: rangesOf(batch.numbers),
      count: batch.count,
      error,
      records: () => failedRecords(batch, faultOf),
    })
    this.#accumulator.settle(batch, { reusable: false })
    this.#events.settled()
  }

  /** Gives up what has waited too long. */
  expire(lane: Lane, now: number): void {
    for (;;) {
      const batch = lane.waiting[0]
      if (batch === undefined) return
      // As the sender's timer has it: the difference of the two may be a rounding away from the limit when the sum is not.
      if (now < batch.createdAt + this.#settings.deliveryTimeoutMs) return
      this.fail(lane, batch, expired(lane, batch, now - batch.createdAt))
    }
  }

  #judge(lane: Lane, batch: Batch, answer: PartitionAnswer): void {
    if (answer.errorCode === code('NONE')) return this.deliver(lane, batch, answer.baseOffset)
    const error = errorName(answer.errorCode)
    const isFirst = lane.isFirst(batch)
    const isIdempotent = batch.sequence >= 0
    const verdict = verdictOf(error, { count: batch.count, isIdempotent, isFirst })
    if (verdict === 'delivered') return this.deliver(lane, batch, answer.baseOffset)
    if (verdict === 'split') return this.#split(lane, batch)
    const failure = new KafkaError(error, answer.errorMessage)
    if (verdict === 'fail') return this.fail(lane, batch, failure, recordFaults(error, answer))
    const atOnce = this.#cluster.cache.hint(lane.topic, lane.partition, answer.currentLeader)
    if (failure.fate === 'refresh' && !atOnce) this.#cluster.distrust()
    // A sequence out of order behind an earlier failure is not this batch's own.
    const counts = isFirst || error !== 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    this.#retry(lane, batch, failure, { renew: verdict === 'renew', counts, atOnce })
  }

  #split(lane: Lane, batch: Batch): void {
    const halves = split(batch)
    lane.replace(batch, halves)
    this.#accumulator.exchange(batch, halves)
    this.#events.again(lane)
  }

  #retry(
    lane: Lane,
    batch: Batch,
    error: KafkaError,
    how: { renew: boolean; counts: boolean; atOnce?: boolean },
  ): void {
    const now = this.#cluster.settings.host.clock.monotonic()
    if (!how.counts) batch.attempts--
    if (batch.attempts > this.#settings.retries) return this.fail(lane, batch, error)
    const ageMs = now - batch.createdAt
    if (ageMs >= this.#settings.deliveryTimeoutMs) {
      return this.fail(lane, batch, expired(lane, batch, ageMs, error))
    }
    lane.again(batch, { renew: how.renew })
    if (how.atOnce !== true && how.counts)
      lane.notBefore = Math.max(lane.notBefore, now + this.#pauseMs(batch))
    this.#events.again(lane)
  }

  #pauseMs(batch: Batch): number {
    const { retryBackoffMs, retryBackoffMaxMs, host } = this.#cluster.settings
    return backoffMs(batch.attempts - 1, {
      firstMs: retryBackoffMs,
      maxMs: retryBackoffMaxMs,
      chance: host.random.number(),
    })
  }
}

/** The same fault for every record of a batch. */
function shared(error: KafkaError): (index: number) => RecordFault {
  return () => ({ error, isBystander: false })
}

function unanswered(): KafkaError {
  return new KafkaError('UNKNOWN_SERVER_ERROR', 'the broker did not answer for the partition')
}

function expired(lane: Lane, batch: Batch, ageMs: number, cause?: KafkaError): KafkaError {
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `Expiring ${batch.count} record(s) for ${lane.topic}-${lane.partition}:${Math.round(ageMs)} ms has passed since batch creation. The request has not been sent, or no server response has been received yet.`,
    cause === undefined ? undefined : { cause },
  )
}
