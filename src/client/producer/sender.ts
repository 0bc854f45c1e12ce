/**
 * Sends what the accumulator has finished: to each leader one request with a batch of every partition that has one, several
 * requests in flight.
 */
import type { Cancel } from '../../host/clock.ts'
import { produce } from '../../protocol/apis/produce.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import type { Accumulator } from './accumulator.ts'
import type { ProducerIdentity } from './batch.ts'
import { Deliveries } from './deliveries.ts'
import type { Lane } from './lane.ts'
import { type Parcel, type ProduceRequest, parcelSize, produceRequest } from './produce-request.ts'
import type { ProducerSettings } from './settings.ts'
import { Ways } from './ways.ts'

const noOffset = -1n

export interface SenderEvents {
  readonly settled: () => void
  readonly identify: () => Promise<ProducerIdentity>
}

export class Sender {
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #accumulator: Accumulator
  readonly #deliveries: Deliveries
  readonly #ways: Ways
  /** Lanes with batches that wait to be sent. */
  readonly #ready = new Set<Lane>()
  /** Requests without an answer, by broker. */
  readonly #inFlight = new Map<number, number>()
  #identity: ProducerIdentity | null = null
  readonly #askIdentity: () => Promise<ProducerIdentity>
  #isIdentifying = false
  #cancelTimer: Cancel = () => {}
  #timerAt = Number.POSITIVE_INFINITY
  #isDraining = false
  #isFlushing = false
  #isClosed = false

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    accumulator: Accumulator,
    { settled, identify }: SenderEvents,
  ) {
    this.#askIdentity = identify
    this.#cluster = cluster
    this.#settings = settings
    this.#accumulator = accumulator
    this.#deliveries = new Deliveries(cluster, settings, accumulator, {
      again: (lane) => this.#ready.add(lane),
      settled,
    })
    this.#ways = new Ways(cluster, {
      changed: () => this.drain(),
      isLeaderless: () => [...this.#ready].some((lane) => this.#leaderOf(lane) === null),
    })
  }

  /** Begins what the first batch will need, so that it does not wait for it. */
  prepare(): void {
    if (this.#settings.idempotence && this.#identity === null) this.#identify()
  }

  /** What is sent from now on is sent under this one. */
  identifyAs(identity: ProducerIdentity): void {
    this.#identity = identity
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
    this.#ways.close()
  }

  /** Sends all that may go now. */
  drain(): void {
    // A batch that is finished here announces itself, which leads back to here.
    if (this.#isDraining || this.#isClosed) return
    this.#isDraining = true
    try {
      const now = this.#now()
      this.#finishDue(now)
      for (const lane of this.#ready) this.#deliveries.expire(lane, now)
      if (this.#ready.size > 0 && this.#hasIdentity()) this.#sendAll(now)
      this.#schedule(now)
    } finally {
      this.#isDraining = false
    }
  }

  #finishDue(now: number): void {
    const { lingerMs } = this.#settings
    for (const lane of this.#accumulator.open) {
      const isDue = lane.open!.createdAt + lingerMs <= now
      if (isDue || this.#isFlushing) this.#accumulator.finish(lane)
    }
  }

  #sendAll(now: number): void {
    let isLeaderless = false
    const byLeader = new Map<number, Lane[]>()
    for (const lane of this.#ready) {
      if (lane.waiting.length === 0) {
        this.#ready.delete(lane)
        continue
      }
      const leader = this.#leaderOf(lane)
      if (leader === null) {
        isLeaderless = true
        continue
      }
      const lanes = byLeader.get(leader.id)
      if (lanes === undefined) byLeader.set(leader.id, [lane])
      else lanes.push(lane)
    }
    if (isLeaderless) this.#ways.refresh()
    for (const [leaderId, lanes] of byLeader) this.#sendTo(leaderId, lanes, now)
  }

  #sendTo(leaderId: number, lanes: readonly Lane[], now: number): void {
    const { maxInFlight } = this.#settings
    const connection = this.#cluster.openTo(leaderId)
    if (connection === null) {
      if (lanes.some((lane) => now >= lane.notBefore)) this.#ways.connect(leaderId)
      return
    }
    if (connection.throttledUntil > now) return this.#wakeAt(connection.throttledUntil)
    while (connection.isOpen && (this.#inFlight.get(leaderId) ?? 0) < maxInFlight) {
      const parcels = this.#gather(lanes, now)
      if (parcels.length === 0) return
      this.#send(leaderId, connection, parcels)
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
    const { transactionalId, acks, requestTimeoutMs: timeoutMs } = this.#settings
    const how = { transactionalId, acks, timeoutMs }
    const { request, highest } = produceRequest(this.#cluster, parcels, how)
    this.#inFlight.set(leaderId, (this.#inFlight.get(leaderId) ?? 0) + 1)
    const answer =
      acks === 0
        ? tell(connection, request, highest)
        : connection.call(produce, request, { highest, timeoutMs })
    answer.then(
      (answered) => {
        this.#inFlight.set(leaderId, this.#inFlight.get(leaderId)! - 1)
        if (answered !== null) this.#deliveries.take(parcels, answered)
        else for (const { lane, batch } of parcels) this.#deliveries.deliver(lane, batch, noOffset)
        this.drain()
      },
      (error) => {
        this.#inFlight.set(leaderId, this.#inFlight.get(leaderId)! - 1)
        this.#deliveries.failAll(parcels, error)
        this.drain()
      },
    )
  }

  #hasIdentity(): boolean {
    if (!this.#settings.idempotence || this.#identity !== null) return true
    this.#identify()
    return false
  }

  #identify(): void {
    if (this.#isIdentifying) return
    this.#isIdentifying = true
    this.#askIdentity().then(
      (identity) => {
        this.#isIdentifying = false
        this.#identity = identity
        this.drain()
      },
      (error) => {
        this.#isIdentifying = false
        if (!(error instanceof KafkaError)) throw error
        if (error.fate === 'final') this.#failEverything(error)
        // After a timeout, which was pause enough, it is tried again.
        this.drain()
      },
    )
  }

  #failEverything(error: KafkaError): void {
    this.#accumulator.finishAll()
    for (const lane of [...this.#ready]) {
      for (const batch of [...lane.waiting]) this.#deliveries.fail(lane, batch, error)
    }
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
    if (this.#cluster.isStale && this.#ready.size > 0) this.#ways.refresh()
    if (at < Number.POSITIVE_INFINITY) this.#wakeAt(at)
  }

  #wakeAt(at: number): void {
    const now = this.#now()
    if (this.#timerAt > now && this.#timerAt <= at) return
    this.#cancelTimer()
    this.#timerAt = at
    const wake = () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.drain()
    }
    const { clock } = this.#cluster.settings.host
    this.#cancelTimer = clock.schedule(Math.max(0, Math.ceil(at - now)), wake, { keepAlive: true })
  }

  #leaderOf({ topic, partition }: Lane) {
    return this.#cluster.leaderOf(topic, partition)
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}

/** Without an answer a request is done when the socket has taken it. */
async function tell(
  connection: Connection,
  request: ProduceRequest,
  highest: number,
): Promise<null> {
  connection.tell(produce, request, { highest })
  await connection.drained()
  return null
}
