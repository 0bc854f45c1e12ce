/**
 * Reads records: `subscribe` or `assign`, then `poll` for a run of records of one partition, which is walked with `next()`.
 * What `next()` has handed out counts as processed; the next `poll` may commit it. All that concerns the group happens inside
 * `poll`, so that no partition is taken away while its records are being processed.
 */
import { KafkaError } from '../protocol/errors.ts'
import type { OffsetSpec } from './admin/offsets.ts'
import { Cluster } from './cluster.ts'
import type { CommittedPartition } from './committed.ts'
import { Assignment } from './consumer/assignment.ts'
import type { CommitIdentity, OffsetCommit } from './consumer/commit.ts'
import { Committer } from './consumer/committer.ts'
import { CoordinatorLink } from './consumer/coordinator-link.ts'
import type { GroupHost, Membership } from './consumer/group.ts'
import { handOver, type RebalanceListener } from './consumer/listener.ts'
import { membershipOf } from './consumer/membership.ts'
import { Pump } from './consumer/pump.ts'
import type { RecordRun } from './consumer/record-run.ts'
import {
  type ConsumerOptions,
  type ConsumerSettings,
  consumerSettings,
} from './consumer/settings.ts'
import { Signal } from './consumer/signal.ts'
import { isMissing, type Subscription, wantedTopics } from './consumer/subscription.ts'
import type { ClientOptions } from './settings.ts'
import type { TopicPartition } from './topic-partition.ts'
import { within } from './within.ts'

const closeTimeoutMsDefault = 30_000

export class Consumer {
  readonly cluster: Cluster
  readonly settings: ConsumerSettings
  readonly #ownsCluster: boolean
  readonly #assignment = new Assignment()
  readonly #signal: Signal
  readonly #pump: Pump
  readonly #link: CoordinatorLink | null
  readonly #committer: Committer | null
  #membership: Membership | null = null
  #subscription: Subscription | null = null
  #listener: RebalanceListener = {}
  #working: Promise<void> | null = null
  #failure: KafkaError | null = null
  #isWoken = false
  #isClosed = false

  constructor(options: ClientOptions | Cluster, consumerOptions: ConsumerOptions = {}) {
    this.#ownsCluster = !(options instanceof Cluster)
    this.cluster = options instanceof Cluster ? options : new Cluster(options)
    this.settings = consumerSettings(consumerOptions, this.cluster.settings)
    const { groupId } = this.settings
    this.#link = groupId === null ? null : new CoordinatorLink(this.cluster, groupId)
    const group = this.#link === null ? null : { link: this.#link, identity: () => this.member }
    this.#committer =
      group === null ? null : new Committer(this.cluster, this.settings, group, this.#assignment)
    this.#signal = new Signal(this.cluster.settings.host.clock)
    this.#pump = new Pump(this.cluster, this.settings, {
      assignment: this.#assignment,
      isWaitingForTopics: () => isMissing(this.#subscription, this.cluster.cache),
      group: () => group,
      metadataChanged: () => this.#metadataChanged(),
      wake: () => this.#signal.raise(),
      failed: (error) => this.#fail(error),
    })
  }

  /** Reads what the group gives this member. Needs a group. */
  subscribe(subscription: Subscription, listener: RebalanceListener = {}): void {
    if (this.#link === null) {
      throw new KafkaError(
        'INVALID_GROUP_ID',
        'To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.',
      )
    }
    this.#subscription = subscription
    this.#listener = listener
    if ('topics' in subscription) this.cluster.watch(subscription.topics)
    else this.cluster.watchAll()
    const group = { link: this.#link, host: this.#groupHost() }
    this.#membership ??= membershipOf(this.cluster, this.settings, group)
    this.#membership.topicsChanged()
  }

  /** Reads these partitions and no others, without the group having a say. */
  assign(partitions: readonly TopicPartition[]): void {
    this.cluster.watch(partitions.map(({ topic }) => topic))
    const wanted = new Assignment()
    wanted.add(partitions)
    const unwanted = this.#assignment.partitions().filter((each) => wanted.get(each) === undefined)
    this.#assignment.remove(unwanted)
    this.#assignment.add(partitions)
  }

  assignment(): TopicPartition[] {
    return this.#assignment.partitions()
  }

  /** Goes on at this offset. */
  seek(at: TopicPartition, offset: bigint): void {
    this.#stateOf(at).place(offset, null)
  }

  /** Goes on at a place that has to be looked up. */
  seekTo(at: TopicPartition, spec: OffsetSpec): void {
    this.#stateOf(at).displace(spec)
  }

  /** Behind the last record handed out; null where the place is not known yet. */
  position(at: TopicPartition): bigint | null {
    return this.#stateOf(at).position
  }

  /** The end of the log as the last fetch saw it (for committed records that of what is decided); null before one. */
  endOffset(at: TopicPartition): bigint | null {
    const { highWatermark, lastStableOffset } = this.#stateOf(at)
    return this.settings.isolationLevel === 'read_committed' ? lastStableOffset : highWatermark
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#stateOf(each).isPaused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#stateOf(each).isPaused = false
    this.#signal.raise()
  }

  /**
   * The next run of records, or what is left of the last one; null when there was none in time, or after `wakeup`. Throws what
   * stands in the way for good.
   */
  async poll(timeoutMs: number): Promise<RecordRun | null> {
    const deadline = this.#now() + timeoutMs
    for (;;) {
      this.#ensureOpen()
      this.#throwFailure()
      this.#membership?.polled()
      const isSettled = await this.#tend(deadline - this.#now())
      if (isSettled) {
        this.#committer?.commitIfDue()
        this.#pump.turn()
        const run = this.#assignment.next()?.run() ?? null
        if (run !== null) return run
      }
      const leftMs = deadline - this.#now()
      if (leftMs <= 0 || this.#takeWakeup()) return null
      await this.#signal.wait(Math.min(leftMs, this.#patienceMs()))
    }
  }

  /** Who this consumer is in its group. */
  get member(): CommitIdentity {
    const nobody = { memberId: '', generation: -1, groupInstanceId: null }
    return this.#membership?.identity() ?? { groupId: this.settings.groupId!, ...nobody }
  }

  /** Lets a `poll` that waits return at once; without one, the next. */
  wakeup(): void {
    this.#isWoken = true
    this.#signal.raise()
  }

  /** Commits these offsets or, without any, what was processed; resolves when the coordinator has them. */
  async commit(offsets?: readonly OffsetCommit[], { timeoutMs }: { timeoutMs?: number } = {}) {
    await this.#committer?.commit(offsets, timeoutMs)
  }

  /** What the group has committed of these partitions. */
  async committed(
    partitions: readonly TopicPartition[],
    { timeoutMs }: { timeoutMs?: number } = {},
  ): Promise<CommittedPartition[]> {
    return this.#committer?.committed(partitions, timeoutMs) ?? []
  }

  /** Commits, if it does so by itself, leaves the group and lets go of everything. */
  async close({ timeoutMs = closeTimeoutMsDefault }: { timeoutMs?: number } = {}): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#pump.close()
    try {
      await within(this.cluster.settings.host.clock, timeoutMs, this.#leave(timeoutMs))
    } finally {
      if (this.#ownsCluster) this.cluster.close()
    }
  }

  async #leave(timeoutMs: number): Promise<void> {
    await this.#committer?.commitRest(timeoutMs)
    const owned = this.#assignment.partitions()
    if (this.#subscription !== null && owned.length > 0) await this.#listener.revoked?.(owned)
    this.#assignment.remove(owned)
    await this.#membership?.leave()
  }

  /** Lets the member do what it has to do; false if that goes on. */
  async #tend(leftMs: number): Promise<boolean> {
    const membership = this.#membership
    if (membership === null) return true
    if (this.#working === null) {
      if (!membership.needsWork) return true
      if (this.#isBlind()) {
        this.#pump.turn()
        return false
      }
      this.#working = membership.work().finally(() => {
        this.#working = null
        this.#signal.raise()
      })
    }
    const working = this.#working
    const { ended } = await within(this.cluster.settings.host.clock, Math.max(0, leftMs), working)
    if (!ended) working.catch((error) => this.#fail(error))
    return ended && !membership.needsWork
  }

  /** A pattern means nothing before the topics are known. */
  #isBlind(): boolean {
    const isPattern = this.#subscription !== null && 'matches' in this.#subscription
    return isPattern && this.cluster.cache.generation === 0
  }

  #groupHost(): GroupHost {
    const isFailing = () => this.#metadataChanged()
    return {
      topics: () => wantedTopics(this.#subscription, this.cluster.cache, this.settings),
      commitProcessed: async () =>
        this.#committer?.commitProcessed(this.settings.defaultApiTimeoutMs),
      ...handOver(this.#assignment, () => this.#listener, isFailing),
      wake: () => this.#signal.raise(),
    }
  }

  /** Whether the topics are such that the next poll will throw. */
  #metadataChanged(): boolean {
    const { cache } = this.cluster
    for (const name of this.#namedTopics()) {
      const error = cache.topics.get(name)?.error
      if (error === 'INVALID_TOPIC_EXCEPTION') {
        this.#fail(new KafkaError(error, `Invalid topics: [${name}]`))
      } else if (error === 'TOPIC_AUTHORIZATION_FAILED') {
        this.#fail(new KafkaError(error, `Not authorized to access topics: [${name}]`))
      }
    }
    this.#membership?.topicsChanged()
    return this.#failure !== null
  }

  /** Those that were asked for by name: they should be there. */
  #namedTopics(): readonly string[] {
    const subscription = this.#subscription
    if (subscription === null) return this.#assignment.partitions().map(({ topic }) => topic)
    return 'topics' in subscription ? subscription.topics : []
  }

  /** How long a wait may be before another look is due. */
  #patienceMs(): number {
    if (this.#pump.isHeldBack) return this.cluster.settings.retryBackoffMs
    const { maxPollIntervalMs, autoCommitIntervalMs } = this.settings
    return Math.min(maxPollIntervalMs / 3, autoCommitIntervalMs)
  }

  #takeWakeup(): boolean {
    const wasWoken = this.#isWoken
    this.#isWoken = false
    return wasWoken
  }

  #fail(error: unknown): void {
    if (!(error instanceof KafkaError)) throw error
    this.#failure ??= error
    this.#signal.raise()
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure
  }

  #stateOf(at: TopicPartition) {
    const state = this.#assignment.get(at)
    if (state !== undefined) return state
    throw new KafkaError(
      'INVALID_REQUEST',
      `partition ${at.topic}-${at.partition} is not assigned to this consumer`,
    )
  }

  #ensureOpen(): void {
    if (this.#isClosed)
      throw new KafkaError('INVALID_REQUEST', 'This consumer has already been closed.')
  }

  #now(): number {
    return this.cluster.settings.host.clock.monotonic()
  }
}
