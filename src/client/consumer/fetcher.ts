/**
 * Keeps fetching: one request to each broker at a time, the next one as soon as an answer is in, so that the broker works on
 * it while the records before are processed. A broker is left alone while any of its partitions has enough in the buffer, for a
 * request without that partition could sleep at the broker just when the buffer runs dry.
 */
import { fetch } from '../../protocol/apis/fetch.ts'
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import * as layout from '../../protocol/batch/layout.ts'
import { errorName, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { errorOf } from '../result.ts'
import { partitionKey } from '../topic-partition.ts'
import { AbortedFilter } from './aborted.ts'
import {
  type FetchAnswer,
  type FetchedPartition,
  fetchedPartitions,
  fetchRequest,
} from './fetch-request.ts'
import type { PartitionState } from './partition-state.ts'
import { asPolled, type Fetched, type Piece } from './polls.ts'
import { RecordRun } from './record-run.ts'
import type { ConsumerSettings } from './settings.ts'

export type FetcherEvents = {
  /** Something to hand out, or to look after, is there. */
  arrived(): void
  outOfRange(state: PartitionState): void
  failed(error: KafkaError): void
}

type Sent = {
  readonly state: PartitionState
  readonly moves: number
  readonly offset: bigint
  readonly isFromLeader: boolean
}

type Kept = Fetched & {
  readonly state: PartitionState
  readonly aborted: AbortedFilter | null
  readonly nextOffset: bigint
}

export class Fetcher {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #events: FetcherEvents
  readonly #busy = new Set<number>()
  #arrivals = 0
  #isClosed = false

  constructor(cluster: Cluster, settings: ConsumerSettings, events: FetcherEvents) {
    this.#cluster = cluster
    this.#settings = settings
    this.#events = events
  }

  close(): void {
    this.#isClosed = true
  }

  /** Sends what may be sent for these partitions, all that are assigned. True if some of them have no leader. */
  send(states: Iterable<PartitionState>): boolean {
    if (this.#isClosed) return false
    const now = this.#now()
    let isLeaderless = false
    const byBroker = new Map<number, PartitionState[] | null>()
    for (const state of states) {
      if (!state.isPlaced || state.isFetching) continue
      const brokerId = this.#sourceOf(state, now)
      if (brokerId === null) {
        isLeaderless = true
        continue
      }
      if (state.isPaused || now < state.notBefore) continue
      const isFull = state.bufferedBytes >= this.#settings.prefetchBytes
      const known = byBroker.get(brokerId)
      if (isFull) byBroker.set(brokerId, null)
      else if (known === undefined) byBroker.set(brokerId, [state])
      else known?.push(state)
    }
    for (const [brokerId, wanted] of byBroker) {
      if (wanted !== null && !this.#busy.has(brokerId)) this.#fetch(brokerId, wanted)
    }
    return isLeaderless
  }

  /** The leader, or the replica that it prefers for us. */
  #sourceOf(state: PartitionState, now: number): number | null {
    const leader = this.#cluster.leaderOf(state.topic, state.partition)
    if (leader === null) return null
    const { preferred } = state
    if (preferred === null || preferred.until < now) return leader.id
    return this.#cluster.cache.brokers.has(preferred.id) ? preferred.id : leader.id
  }

  async #fetch(brokerId: number, states: readonly PartitionState[]): Promise<void> {
    this.#busy.add(brokerId)
    const sent: Sent[] = states.map((state) => ({
      state,
      moves: state.moves,
      offset: state.fetchOffset,
      isFromLeader: state.preferred === null,
    }))
    for (const { state } of sent) state.isFetching = true
    // Made before the broker is reached, which may take a while: with the epoch of a later leader, one that follows it would answer.
    const { request, highest } = fetchRequest(this.#cluster, states, this.#settings)
    let failure: KafkaError | null = null
    let answer: FetchAnswer | null = null
    try {
      const connection = await this.#cluster.broker(brokerId, 'fetch')
      const timeoutMs = this.#cluster.settings.requestTimeoutMs + this.#settings.fetchMaxWaitMs
      answer = await connection.call(fetch, request, { highest, timeoutMs })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      failure = error
    }
    this.#busy.delete(brokerId)
    for (const { state } of sent) state.isFetching = false
    if (this.#isClosed) return
    if (answer !== null) failure = this.#take(answer, sent)
    if (failure !== null) this.#fail(sent, failure)
    this.#events.arrived()
  }

  #take(answer: FetchAnswer, sent: readonly Sent[]): KafkaError | null {
    if (answer.errorCode !== 0) return errorOf(answer.errorCode)
    if (answer.nodeEndpoints.length > 0) this.#cluster.cache.learnBrokers(answer.nodeEndpoints)
    const found = fetchedPartitions(this.#cluster, answer)
    const kept: Kept[] = []
    for (const each of sent) {
      const { state, moves } = each
      const fetched = found.get(partitionKey(state.topic, state.partition))
      if (fetched === undefined || state.moves !== moves) continue
      if (fetched.errorCode === 0) kept.push(...this.#keep(each, fetched))
      else this.#judge(each, fetched)
    }
    const polled = asPolled(kept, this.#settings.maxPollRecords) ?? kept.map(wholeOf)
    for (const piece of polled) {
      const { state, nextOffset } = piece.fetched
      state.buffer(this.#runOf(piece), nextOffset, this.#arrivals++)
    }
    return null
  }

  #runOf({ fetched, bytes, from, to }: Piece<Kept>): RecordRun {
    const { state, aborted } = fetched
    const { topic, partition } = state
    const { checkCrcs } = this.#settings
    const records = {
      topic,
      partition,
      bytes,
      startOffset: from,
      endOffset: to,
      aborted,
      checkCrcs,
    }
    return new RecordRun(records, new RecordCursor())
  }

  #keep({ state, offset }: Sent, fetched: FetchedPartition): Kept[] {
    state.highWatermark = fetched.highWatermark
    state.lastStableOffset = fetched.lastStableOffset
    if (fetched.logStartOffset >= 0n) state.logStartOffset = fetched.logStartOffset
    if (fetched.preferredReadReplica >= 0) this.#prefer(state, fetched.preferredReadReplica)
    const bytes = fetched.records
    if (bytes === null || bytes.length === 0) return []
    const nextOffset = this.#nextOffset(bytes, state)
    if (nextOffset === null) return []
    const abortedTransactions = fetched.abortedTransactions ?? []
    const isCommitted = this.#settings.isolationLevel === 'read_committed'
    return [
      {
        state,
        bytes,
        startOffset: offset,
        isFiltered: isCommitted && abortedTransactions.length > 0,
        aborted: isCommitted ? new AbortedFilter(abortedTransactions) : null,
        nextOffset: nextOffset > offset ? nextOffset : offset,
      },
    ]
  }

  /** Behind the last whole batch; what a limit cut off at the end is fetched again. */
  #nextOffset(bytes: Uint8Array, state: PartitionState): bigint | null {
    try {
      let last = -1
      for (const at of layout.batches(bytes)) last = at
      if (last >= 0) {
        const isOld = layout.magicOf(bytes, last) < 2
        return (isOld ? layout.baseOffsetOf(bytes, last) : layout.lastOffsetOf(bytes, last)) + 1n
      }
      const { topic, partition, fetchOffset } = state
      this.#giveUp(
        state,
        new KafkaError(
          'MESSAGE_TOO_LARGE',
          `There are some messages at [Partition=Offset]: {${topic}-${partition}=${fetchOffset}} whose size is larger than the fetch size ${this.#settings.maxPartitionFetchBytes} and hence cannot be returned. Please considering upgrading your broker to 0.10.1.0 or newer to avoid this issue. Alternately, increase the fetch size on the client (using max.partition.fetch.bytes)`,
        ),
      )
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#giveUp(state, error)
    }
    return null
  }

  /** Who hears of it may go on: the next question is asked after a pause. */
  #giveUp(state: PartitionState, error: KafkaError): void {
    state.notBefore = this.#now() + this.#cluster.settings.retryBackoffMs
    this.#events.failed(error)
  }

  #judge({ state, offset, isFromLeader }: Sent, fetched: FetchedPartition): void {
    const error = errorName(fetched.errorCode)
    const { topic, partition } = state
    switch (error) {
      case 'OFFSET_OUT_OF_RANGE':
        // A follower may be behind; only the leader's word counts.
        if (!isFromLeader) state.preferred = null
        else if (state.fetchOffset === offset) this.#events.outOfRange(state)
        return
      case 'TOPIC_AUTHORIZATION_FAILED':
        return this.#giveUp(
          state,
          new KafkaError(error, `Not authorized to access topics: [${topic}]`),
        )
      case 'CORRUPT_MESSAGE':
        return this.#giveUp(
          state,
          new KafkaError(
            error,
            `Encountered corrupt message when fetching offset ${offset} for topic-partition ${topic}-${partition}`,
          ),
        )
      default: {
        const failure = new KafkaError(error)
        const hinted = this.#cluster.cache.hint(topic, partition, fetched.currentLeader)
        state.preferred = null
        if (failure.fate === 'refresh' && !hinted) this.#cluster.distrust()
        if (!hinted) state.notBefore = this.#now() + this.#cluster.settings.retryBackoffMs
      }
    }
  }

  #prefer(state: PartitionState, id: number): void {
    const { metadataMaxAgeMs } = this.#cluster.settings
    state.preferred = { id, until: this.#now() + metadataMaxAgeMs }
  }

  #fail(sent: readonly Sent[], failure: KafkaError): void {
    if (failure.fate === 'refresh') this.#cluster.distrust()
    if (failure.fate === 'final') this.#events.failed(failure)
    const notBefore = this.#now() + this.#cluster.settings.retryBackoffMs
    for (const { state } of sent) {
      state.notBefore = notBefore
      state.preferred = null
    }
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}

function wholeOf(fetched: Kept): Piece<Kept> {
  return { fetched, from: fetched.startOffset, to: null, bytes: fetched.bytes }
}
