/**
 * What follows one leader: it fetches for all replicas here that this leader leads, appends what comes, and truncates where
 * the logs have parted (KIP-101, KIP-279, KIP-595). One request is under way at a time; what it asks for is where the logs
 * end at that moment, so a repeated or lost answer does no harm.
 */

import { smaller } from '../base/bigint.ts'
import { type Clock, pause } from '../host/clock.ts'
import { appendCopied } from '../log/append-copied.ts'
import { fetch } from '../protocol/apis/fetch.ts'
import { listOffsets } from '../protocol/apis/list-offsets.ts'
import { type ErrorName, errorName, KafkaError } from '../protocol/errors.ts'
import type { ResponseOf } from '../protocol/schema.ts'
import type { Hosted } from './hosted.ts'
import type { Logger } from './logger.ts'
import type { Links } from './peers.ts'
import { type Asked, askedKey, replicaFetch } from './replica-fetch.ts'
import { ReplicaRests } from './replica-rests.ts'
import type { ReplicationThrottle } from './replication-throttle.ts'
import type { Settings } from './settings.ts'

export interface FetcherOptions {
  readonly brokerId: number
  readonly leaderId: number
  readonly brokerEpoch: () => bigint
  readonly links: Pick<Links, 'call' | 'drop'>
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: Settings
  readonly throttle: ReplicationThrottle
}

type Answered = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

const latest = -1n
const earliest = -2n

export class ReplicaFetcher {
  readonly #options: FetcherOptions
  readonly #followers = new Map<string, Hosted>()
  readonly #rests = new ReplicaRests()
  /** Replicas that had everything that their leader knew to be safe when it last answered. */
  readonly #level = new Set<string>()
  #running = false
  /** Counts how often a replica was added, and up to which of them the last request knew of. */
  #changes = 0
  #asked = 0
  #closed = false
  /** Ends a sleep. */
  #wake: () => void = () => {}

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  get idle(): boolean {
    return this.#followers.size === 0
  }

  add(hosted: Hosted): void {
    const name = hosted.log.name
    this.#rests.end(name)
    this.#followers.set(name, hosted)
    this.#changes++
    this.#wake()
    // Replicas come many at a time, with one change of the metadata.
    queueMicrotask(() => {
      if (!this.#running) void this.#run()
      // A long poll that is under way does not know of the new ones; better to ask anew than to let them wait.
      else if (this.#changes > this.#asked) this.#options.links.drop(this.#options.leaderId)
    })
  }

  remove(hosted: Hosted): void {
    this.#followers.delete(hosted.log.name)
    this.#rests.end(hosted.log.name)
    this.#level.delete(hosted.log.name)
  }

  close(): void {
    this.#closed = true
    this.#followers.clear()
    this.#wake()
  }

  async #run(): Promise<void> {
    const { brokerId, brokerEpoch, clock, links, leaderId, settings, logger, throttle } =
      this.#options
    this.#running = true
    while (!this.#closed && this.#followers.size > 0) {
      const now = clock.monotonic()
      const { isExceeded } = throttle
      const due = [...this.#followers.values()].filter(
        ({ log }) =>
          // What an offline log held counts for nothing: its leader must not take it for a replica in sync.
          !log.offline &&
          !this.#rests.isResting(log.name, now) &&
          !(isExceeded && this.#isHeld(log)),
      )
      const restMs = this.#rests.soonestMs(now)
      if (due.length === 0) {
        await this.#sleep(restMs ?? settings.get('replica.fetch.backoff.ms'))
        continue
      }
      try {
        this.#asked = this.#changes
        const replica = { replicaId: brokerId, replicaEpoch: brokerEpoch() }
        const { request, asked } = replicaFetch(due, { replica, settings, waitMsMax: restMs })
        const timeoutMs = settings.get('replica.socket.timeout.ms')
        const response = await links.call(leaderId, fetch, request, { timeoutMs })
        if (response.errorCode !== 0) throw new KafkaError(errorName(response.errorCode))
        await this.#take(response, asked)
      } catch (error) {
        if (this.#closed) break
        if (this.#changes > this.#asked) continue
        logger.debug({ leaderId, error }, 'a fetch from the leader failed')
        if (this.#followers.size > 0) await pause(clock, lostBackoffMs)
      }
    }
    this.#running = false
  }

  /** Until then, or until there is another replica to fetch for. */
  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(delayMs, resolve, { keepAlive: true })
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Under a limit, and behind its leader as far as anybody knows: who was in sync must stay so. */
  #isHeld({ name, topic, partition }: Hosted['log']): boolean {
    return !this.#level.has(name) && this.#options.throttle.holds(topic, partition)
  }

  async #take(
    response: ResponseOf<typeof fetch>,
    asked: ReadonlyMap<string, Asked>,
  ): Promise<void> {
    const flushes: Promise<void>[] = []
    for (const { topicId, partitions } of response.responses) {
      for (const answered of partitions) {
        const each = asked.get(askedKey(topicId, answered.partitionIndex))
        if (each !== undefined && this.#isNews(each)) await this.#takeOne(each, answered, flushes)
      }
    }
    // The next request says that this is held: where `flush.messages` asks for it, it must be on the medium by then.
    await Promise.all(flushes)
  }

  /** While the answer was on its way, the replica may have led or begun to follow another one, even to follow this one again. */
  #isNews({ hosted, leaderEpoch, fetchOffset }: Asked): boolean {
    const { log, state } = hosted
    if (this.#followers.get(log.name) !== hosted) return false
    return state.leaderEpoch === leaderEpoch && log.logEndOffset === fetchOffset
  }

  async #takeOne(asked: Asked, answered: Answered, flushes: Promise<void>[]): Promise<void> {
    const { hosted } = asked
    const error = errorName(answered.errorCode)
    if (error === 'OFFSET_OUT_OF_RANGE') return this.#outOfRange(asked)
    if (error !== 'NONE') return this.#rest(hosted, error)
    if (answered.divergingEpoch.endOffset >= 0n)
      return this.#diverged(hosted, answered.divergingEpoch)
    const { log } = hosted
    this.#rests.end(log.name)
    const { throttle } = this.#options
    const now = this.#options.clock.now()
    try {
      if (throttle.holds(log.topic, log.partition)) throttle.record(answered.records?.length ?? 0)
      if (answered.records !== null && answered.records.length > 0) {
        const { flushed } = appendCopied(log, answered.records)
        if (flushed !== null) flushes.push(this.#onMedium(hosted, flushed))
        hosted.turn({ kind: 'appended', logEndOffset: log.logEndOffset }, now)
      }
      const { highWatermark, logStartOffset } = answered
      if (log.logEndOffset >= highWatermark) this.#level.add(log.name)
      else this.#level.delete(log.name)
      hosted.turn({ kind: 'leader-watermark', highWatermark }, now)
      if (logStartOffset > log.logStartOffset && logStartOffset <= log.highWatermark) {
        log.advanceLogStartOffset(logStartOffset)
      }
    } catch (cause) {
      if (!(cause instanceof KafkaError)) throw cause
      this.#rest(hosted, cause.error)
    }
  }

  async #onMedium(hosted: Hosted, flushed: Promise<void>): Promise<void> {
    try {
      await flushed
    } catch (cause) {
      if (!(cause instanceof KafkaError)) throw cause
      this.#rest(hosted, cause.error)
    }
  }

  /** What follows the end of the common epoch was never acknowledged: it goes. */
  #diverged(hosted: Hosted, leader: { epoch: number; endOffset: bigint }): void {
    const { log } = hosted
    const own = log.epochEndOffset(leader.epoch)
    const common = own.endOffset < 0n ? log.highWatermark : smaller(own.endOffset, leader.endOffset)
    this.#truncate(hosted, smaller(common, log.logEndOffset))
  }

  async #outOfRange(asked: Asked): Promise<void> {
    const { hosted } = asked
    const leaderEnd = await this.#leaderOffset(hosted, latest)
    if (!this.#isNews(asked)) return
    if (leaderEnd < hosted.log.logEndOffset) return this.#truncate(hosted, leaderEnd)
    const leaderStart = await this.#leaderOffset(hosted, earliest)
    const { name, logEndOffset } = hosted.log
    if (!this.#isNews(asked) || leaderStart <= logEndOffset) return
    this.#options.logger.warn(
      { log: name, leaderStart },
      'the leader no longer has what is missing here',
    )
    hosted.restartAt(leaderStart)
    hosted.turn({ kind: 'truncated', logEndOffset: leaderStart }, this.#options.clock.now())
  }

  #truncate(hosted: Hosted, offset: bigint): void {
    const { name, logEndOffset: from } = hosted.log
    this.#options.logger.info({ log: name, from, to: offset }, 'truncating')
    try {
      hosted.truncateTo(offset)
    } catch (cause) {
      if (!(cause instanceof KafkaError)) throw cause
      return this.#rest(hosted, cause.error)
    }
    const { logEndOffset } = hosted.log
    hosted.turn({ kind: 'truncated', logEndOffset }, this.#options.clock.now())
  }

  async #leaderOffset({ log, state }: Hosted, timestamp: bigint): Promise<bigint> {
    const { links, leaderId, brokerId, settings } = this.#options
    const { partition: partitionIndex, topic: name } = log
    const asked = { partitionIndex, currentLeaderEpoch: state.leaderEpoch, timestamp }
    const response = await links.call(
      leaderId,
      listOffsets,
      {
        replicaId: brokerId,
        isolationLevel: 0,
        topics: [{ name, partitions: [asked] }],
        timeoutMs: 0,
      },
      { timeoutMs: settings.get('replica.socket.timeout.ms') },
    )
    const answered = response.topics[0]?.partitions[0]
    if (answered === undefined || answered.errorCode !== 0) {
      throw new KafkaError(errorName(answered?.errorCode ?? -1))
    }
    return answered.offset
  }

  #rest(hosted: Hosted, error: ErrorName): void {
    const { clock, logger, settings, leaderId } = this.#options
    const { name } = hosted.log
    logger.debug({ log: name, leaderId, error }, 'a replica cannot follow for now')
    const backoffMs = settings.get('replica.fetch.backoff.ms')
    this.#rests.begin(name, error, { now: clock.monotonic(), backoffMs })
  }
}

const lostBackoffMs = 50
