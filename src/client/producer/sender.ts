/**
 * Sends what the accumulator has finished: to each leader one request with a batch of every partition that has one, several
 * requests in flight, and decides with `verdictOf` what becomes of each batch.
 */
import type { Cancel } from '../../host/clock.ts'
import { produce } from '../../protocol/apis/produce.ts'
import { code, errorName, KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import { backoffMs } from '../backoff.ts'
import type { Cluster } from '../cluster.ts'
import { partitionKey } from '../topic-partition.ts'
import type { Accumulator } from './accumulator.ts'
import { type Batch, failedRecords, type ProducerIdentity, rangesOf, split } from './batch.ts'
import { identify } from './identify.ts'
import type { Lane } from './lane.ts'
import {
  answersOf,
  type Parcel,
  type PartitionAnswer,
  type ProduceAnswer,
  parcelSize,
  produceRequest,
} from './produce-request.ts'
import { type RecordFault, recordFaults } from './record-errors.ts'
import type { ProducerSettings } from './settings.ts'
import { verdictOf } from './verdict.ts'

const noOffset = -1n

export class Sender {
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #accumulator: Accumulator
  readonly #settled: () => void
  /** Lanes with batches that wait to be sent. */
  readonly #ready = new Set<Lane>()
  /** Requests without an answer, by broker. */
  readonly #inFlight = new Map<number, number>()
  readonly #connecting = new Set<number>()
  #identity: ProducerIdentity | null = null
  #identifying: Promise<void> | null = null
  #refreshing = false
  #refreshFailures = 0
  #cancelTimer: Cancel = () => {}
  #timerAt = Number.POSITIVE_INFINITY
  #isDraining = false
  #isFlushing = false
  #isClosed = false

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    accumulator: Accumulator,
    settled: () => void,
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.#accumulator = accumulator
    this.#settled = settled
  }

  /** Begins what the first batch will need, so that it does not wait for it. */
  prepare(): void {
    if (this.#settings.idempotence && this.#identity === null) this.#identify()
  }

  ready(lane: Lane): void {
    this.#ready.add(lane)
    this.drain()
  }

  /** A batch was begun: it goes when its time is over, full or not. */
  opened(): void {
    this.#wakeAt(this.#now() + this.#settings.lingerMs)
  }

  /** While `isFlushing`, what is open goes at once. */
  flush(isFlushing: boolean): void {
    this.#isFlushing = isFlushing
    if (isFlushing) this.drain()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer()
  }

  /** Sends all that may go now. */
  drain(): void {
    // A batch that is finished here announces itself, which leads back to here.
    if (this.#isDraining || this.#isClosed) return
    this.#isDraining = true
    try {
      const now = this.#now()
      this.#finishDue(now)
      this.#expire(now)
      if (this.#ready.size > 0 && this.#hasIdentity()) this.#sendAll(now)
      this.#schedule(now)
    } finally {
      this.#isDraining = false
    }
  }

  #finishDue(now: number): void {
    const { lingerMs } = this.#settings
    for (const lane of this.#accumulator.open) {
      const due = lane.open!.createdAt + lingerMs <= now
      if (due || this.#isFlushing) {
        this.#accumulator.finish(lane)
        this.#ready.add(lane)
      }
    }
  }

  #expire(now: number): void {
    const { deliveryTimeoutMs } = this.#settings
    for (const lane of this.#ready) {
      for (;;) {
        const batch = lane.waiting[0]
        if (batch === undefined) break
        const ageMs = now - batch.createdAt
        if (ageMs < deliveryTimeoutMs) break
        lane.abandon(batch)
        this.#giveUp(lane, batch, expired(lane, batch, ageMs))
      }
    }
  }

  #sendAll(now: number): void {
    const leaderless: Lane[] = []
    const byLeader = new Map<number, Lane[]>()
    for (const lane of this.#ready) {
      if (lane.waiting.length === 0) {
        this.#ready.delete(lane)
        continue
      }
      const leader = this.#cluster.leaderOf(lane.topic, lane.partition)
      if (leader === null) leaderless.push(lane)
      else {
        const lanes = byLeader.get(leader.id)
        if (lanes === undefined) byLeader.set(leader.id, [lane])
        else lanes.push(lane)
      }
    }
    if (leaderless.length > 0) this.#refresh()
    for (const [leaderId, lanes] of byLeader) this.#sendTo(leaderId, lanes, now)
  }

  #sendTo(leaderId: number, lanes: readonly Lane[], now: number): void {
    const { maxInFlight } = this.#settings
    if ((this.#inFlight.get(leaderId) ?? 0) >= maxInFlight) return
    const connection = this.#cluster.openTo(leaderId)
    if (connection === null) {
      if (lanes.some((lane) => now >= lane.notBefore)) this.#connect(leaderId)
      return
    }
    if (connection.throttledUntil > now) return this.#wakeAt(connection.throttledUntil)
    while ((this.#inFlight.get(leaderId) ?? 0) < maxInFlight) {
      const parcels = this.#gather(lanes, now)
      if (parcels.length === 0) return
      this.#send(leaderId, connection, parcels)
      if (!connection.isOpen) return
    }
  }

  /** One batch of each lane, as many as fit a request. */
  #gather(lanes: readonly Lane[], now: number): Parcel[] {
    const { maxRequestSize, maxInFlight } = this.#settings
    const parcels: Parcel[] = []
    let size = 0
    for (const lane of lanes) {
      const batch = lane.next(this.#identity, now, maxInFlight)
      if (batch === null) continue
      const parcel = { lane, batch }
      if (parcels.length > 0 && size + parcelSize(parcel) > maxRequestSize) continue
      lane.send(batch)
      size += parcelSize(parcel)
      parcels.push(parcel)
    }
    return parcels
  }

  #send(leaderId: number, connection: Connection, parcels: readonly Parcel[]): void {
    const { acks, requestTimeoutMs } = this.#settings
    const { request, highest } = produceRequest(this.#cluster, parcels, {
      acks,
      timeoutMs: requestTimeoutMs,
    })
    this.#inFlight.set(leaderId, (this.#inFlight.get(leaderId) ?? 0) + 1)
    const answered = () => {
      this.#inFlight.set(leaderId, this.#inFlight.get(leaderId)! - 1)
    }
    if (acks === 0) return this.#tell(connection, { request, highest, parcels, answered })
    // The broker may take the whole of `timeoutMs` for its part.
    const timeoutMs = requestTimeoutMs
    connection.call(produce, request, { highest, timeoutMs }).then(
      (answer) => {
        answered()
        this.#take(parcels, answer)
      },
      (error) => {
        answered()
        this.#failAll(parcels, error)
      },
    )
  }

  /** Without an answer a batch is done when the socket has taken it. */
  #tell(
    connection: Connection,
    sending: {
      request: ReturnType<typeof produceRequest>['request']
      highest: number
      parcels: readonly Parcel[]
      answered: () => void
    },
  ): void {
    const { request, highest, parcels, answered } = sending
    try {
      connection.tell(produce, request, { highest })
    } catch (error) {
      answered()
      this.#failAll(parcels, error)
      return
    }
    connection.drained().then(() => {
      answered()
      for (const { lane, batch } of parcels) this.#deliver(lane, batch, noOffset)
      this.#resume()
    })
  }

  #take(parcels: readonly Parcel[], answer: ProduceAnswer): void {
    const answers = answersOf(this.#cluster, answer)
    if (answer.nodeEndpoints.length > 0) this.#cluster.cache.learnBrokers(answer.nodeEndpoints)
    for (const { lane, batch } of parcels) {
      const each = answers.get(partitionKey(lane.topic, lane.partition))
      if (each === undefined) {
        this.#fail(
          lane,
          batch,
          new KafkaError('UNKNOWN_SERVER_ERROR', 'no answer for the partition'),
        )
      } else this.#judge(lane, batch, each)
    }
    this.#resume()
  }

  #failAll(parcels: readonly Parcel[], error: unknown): void {
    if (!(error instanceof KafkaError)) throw error
    if (error.fate === 'refresh') this.#cluster.distrust()
    for (const { lane, batch } of parcels) {
      if (error.fate === 'final') this.#fail(lane, batch, error)
      else this.#retry(lane, batch, error, { renew: false, counts: true })
    }
    this.#resume()
  }

  #judge(lane: Lane, batch: Batch, answer: PartitionAnswer): void {
    if (answer.errorCode === code('NONE')) return this.#deliver(lane, batch, answer.baseOffset)
    const error = errorName(answer.errorCode)
    const isFirst = lane.isFirst(batch)
    const isIdempotent = batch.sequence >= 0
    const verdict = verdictOf(error, { count: batch.count, isIdempotent, isFirst })
    switch (verdict) {
      case 'delivered':
        return this.#deliver(lane, batch, answer.baseOffset)
      case 'split':
        return this.#split(lane, batch)
      case 'fail':
        return this.#fail(
          lane,
          batch,
          new KafkaError(error, answer.errorMessage),
          recordFaults(error, answer),
        )
      case 'renew':
      case 'retry': {
        const failure = new KafkaError(error, answer.errorMessage)
        const hinted = this.#cluster.cache.hint(lane.topic, lane.partition, answer.currentLeader)
        if (failure.fate === 'refresh' && !hinted) this.#cluster.distrust()
        // A sequence out of order behind an earlier failure is not this batch's own.
        const counts = isFirst || error !== 'OUT_OF_ORDER_SEQUENCE_NUMBER'
        this.#retry(lane, batch, failure, { renew: verdict === 'renew', counts, atOnce: hinted })
      }
    }
  }

  #deliver(lane: Lane, batch: Batch, baseOffset: bigint): void {
    lane.delivered(batch)
    this.#accumulator.settle(batch, { reusable: this.#settings.acks !== 0 })
    this.#settings.onDelivered({
      topic: lane.topic,
      partition: lane.partition,
      baseOffset,
      ranges: rangesOf(batch.numbers),
    })
  }

  #split(lane: Lane, batch: Batch): void {
    const halves = split(batch)
    lane.replace(batch, halves)
    this.#accumulator.exchange(batch, halves)
    this.#ready.add(lane)
  }

  #retry(
    lane: Lane,
    batch: Batch,
    error: KafkaError,
    how: { renew: boolean; counts: boolean; atOnce?: boolean },
  ): void {
    const now = this.#now()
    if (!how.counts) batch.attempts--
    if (batch.attempts > this.#settings.retries) return this.#fail(lane, batch, error)
    const ageMs = now - batch.createdAt
    if (ageMs >= this.#settings.deliveryTimeoutMs) {
      return this.#fail(lane, batch, expired(lane, batch, ageMs, error))
    }
    lane.again(batch, { renew: how.renew })
    this.#ready.add(lane)
    if (how.atOnce === true || !how.counts) return
    const { retryBackoffMs, retryBackoffMaxMs, host } = this.#cluster.settings
    const waitMs = backoffMs(batch.attempts - 1, {
      firstMs: retryBackoffMs,
      maxMs: retryBackoffMaxMs,
      chance: host.random.number(),
    })
    lane.notBefore = Math.max(lane.notBefore, now + waitMs)
  }

  #fail(lane: Lane, batch: Batch, error: KafkaError, faultOf = shared(error)): void {
    lane.abandon(batch)
    this.#giveUp(lane, batch, error, faultOf)
  }

  #giveUp(lane: Lane, batch: Batch, error: KafkaError, faultOf = shared(error)): void {
    this.#settings.onFailure({
      topic: lane.topic,
      partition: lane.partition,
      ranges: rangesOf(batch.numbers),
      count: batch.count,
      error,
      records: () => failedRecords(batch, faultOf),
    })
    this.#accumulator.settle(batch, { reusable: false })
    this.#settled()
  }

  #resume(): void {
    this.drain()
    this.#settled()
  }

  #connect(leaderId: number): void {
    if (this.#connecting.has(leaderId)) return
    this.#connecting.add(leaderId)
    this.#cluster.broker(leaderId).then(
      () => {
        this.#connecting.delete(leaderId)
        this.drain()
      },
      () => {
        // The metadata may tell of another leader meanwhile; the back-off of the connection is the pause.
        this.#connecting.delete(leaderId)
        this.#cluster.distrust()
        this.#refresh()
      },
    )
  }

  #hasIdentity(): boolean {
    if (!this.#settings.idempotence || this.#identity !== null) return true
    this.#identify()
    return false
  }

  #identify(): void {
    this.#identifying ??= identify(this.#cluster).then(
      (identity) => {
        this.#identifying = null
        this.#identity = identity
        this.drain()
      },
      (error) => {
        this.#identifying = null
        if (!(error instanceof KafkaError)) throw error
        // A timeout was long enough to be a pause; batches expire on their own.
        if (error.fate !== 'final') return this.drain()
        this.#accumulator.finishAll()
        for (const lane of [...this.#ready]) {
          for (const batch of [...lane.waiting]) this.#fail(lane, batch, error)
        }
      },
    )
  }

  /** Fetches metadata until they are there; brokers that fail are asked again after a pause. */
  #refresh(): void {
    if (this.#refreshing || this.#isClosed) return
    this.#refreshing = true
    this.#cluster.refresh().then(
      () => {
        this.#refreshing = false
        const isLeaderless = (lane: Lane) =>
          this.#cluster.leaderOf(lane.topic, lane.partition) === null
        if ([...this.#ready].some(isLeaderless)) this.#refreshLater()
        else this.#refreshFailures = 0
        this.drain()
      },
      (error) => {
        this.#refreshing = false
        if (!(error instanceof KafkaError)) throw error
        this.#refreshLater()
        this.drain()
      },
    )
  }

  #refreshLater(): void {
    if (this.#isClosed) return
    const { retryBackoffMs, retryBackoffMaxMs, host } = this.#cluster.settings
    const waitMs = backoffMs(this.#refreshFailures++, {
      firstMs: retryBackoffMs,
      maxMs: retryBackoffMaxMs,
      chance: host.random.number(),
    })
    this.#refreshing = true
    host.clock.schedule(
      waitMs,
      () => {
        this.#refreshing = false
        this.#refresh()
      },
      { keepAlive: true },
    )
  }

  /** Sets the timer to the next moment at which something may be due. */
  #schedule(now: number): void {
    const { lingerMs, deliveryTimeoutMs } = this.#settings
    let at = Number.POSITIVE_INFINITY
    for (const { open } of this.#accumulator.open) at = Math.min(at, open!.createdAt + lingerMs)
    for (const lane of this.#ready) {
      const batch = lane.waiting[0]
      if (batch === undefined) continue
      if (lane.notBefore > now) at = Math.min(at, lane.notBefore)
      at = Math.min(at, batch.createdAt + deliveryTimeoutMs)
    }
    if (this.#cluster.isStale && this.#ready.size > 0) this.#refresh()
    if (at < Number.POSITIVE_INFINITY) this.#wakeAt(at)
  }

  #wakeAt(at: number): void {
    const now = this.#now()
    if (this.#timerAt > now && this.#timerAt <= at) return
    this.#cancelTimer()
    this.#timerAt = at
    this.#cancelTimer = this.#cluster.settings.host.clock.schedule(
      Math.max(0, Math.ceil(at - now)),
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY
        this.drain()
      },
      { keepAlive: true },
    )
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}

function expired(lane: Lane, batch: Batch, ageMs: number, cause?: KafkaError): KafkaError {
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `Expiring ${batch.count} record(s) for ${lane.topic}-${lane.partition}:${Math.round(ageMs)} ms has passed since batch creation. The request has not been sent, or no server response has been received yet.`,
    cause === undefined ? undefined : { cause },
  )
}

/** One error for all records of a batch. */
function shared(error: KafkaError): (index: number) => RecordFault {
  const fault = { error, isBystander: false }
  return () => fault
}
