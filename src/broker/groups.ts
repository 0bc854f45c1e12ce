/**
 * The group coordinator of one broker: the groups of the partitions of __consumer_offsets that it leads. Which group
 * belongs to which partition follows from its id alone; who leads a partition is for the replicas to know.
 */

import { uuidBytes, uuidFrom } from '../base/uuid.ts'
import type { GroupSummary } from '../groups/describe.ts'
import type { AskedEvent, OutcomeOf } from '../groups/events.ts'
import { refuse } from '../groups/refuse.ts'
import type { Clock } from '../host/clock.ts'
import type { Random } from '../host/random.ts'
import type { MetadataDelta } from '../metadata/delta.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { ErrorName } from '../protocol/errors.ts'
import { coordinatorPartition } from '../protocol/names.ts'
import { coordinatorConfig } from './groups/config.ts'
import { History, type Noted } from './groups/history.ts'
import type { HistoryFile } from './groups/history-file.ts'
import { OffsetHistory } from './groups/offset-history.ts'
import { Shard, type WrittenMarker } from './groups/shard.ts'
import { ClusterTopics } from './groups/topics.ts'
import type { Found } from './groups/trails.ts'
import type { Hosted } from './hosted.ts'
import { offsetsTopic } from './internal-topics.ts'
import type { CoordinatorJournal, JournalMarker } from './journal.ts'
import type { Logger } from './logger.ts'
import type { Settings } from './settings.ts'

export interface GroupCoordinatorOptions {
  readonly journal: CoordinatorJournal
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly settings: Settings
  readonly image: () => MetadataImage
  /** The replicas here, whose logs' ends are remembered for a while. */
  readonly hosted?: () => Iterable<Hosted>
  /** Where the timeline of groups outlasts the process. */
  readonly historyFile?: HistoryFile | null
}

export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions
  readonly #shards = new Map<number, Shard>()
  readonly #historyFile: HistoryFile | null
  readonly #history: History
  readonly offsets: OffsetHistory
  readonly #topics: ClusterTopics
  #cancelSweep: () => void = () => {}

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options
    this.#topics = new ClusterTopics(options.image)
    this.#historyFile = options.historyFile ?? null
    this.#history = new History(this.#historyFile)
    this.offsets = new OffsetHistory({
      clock: options.clock,
      committed: () => this.#committed(),
      hosted: options.hosted ?? (() => []),
    })
    this.#scheduleSweep()
  }

  ask<E extends AskedEvent>(groupId: string, event: E): Promise<OutcomeOf<E>> {
    const shard = this.#shards.get(this.partitionOf(groupId))
    if (shard !== undefined) return shard.ask(groupId, event)
    return Promise.resolve(refuse(event, 'NOT_COORDINATOR') as OutcomeOf<E>)
  }

  /** The marker of a transaction in which groups of the partition committed offsets. */
  endTransaction(
    partition: number,
    ended: JournalMarker,
    write: () => WrittenMarker,
  ): Promise<ErrorName> {
    const shard = this.#shards.get(partition)
    return shard?.endTransaction(ended, write) ?? Promise.resolve('NOT_LEADER_OR_FOLLOWER')
  }

  /** For a member of a consumer group that came without an id. */
  memberId(): string {
    return uuidFrom(this.#options.random)
  }

  /** What makes the id of a new member of a classic group its own: a uuid in its usual spelling, as Java writes it. */
  memberUuid(): string {
    const hex = Buffer.from(uuidBytes(uuidFrom(this.#options.random))).toString('hex')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }

  /** The partition of __consumer_offsets whose leader coordinates the group. */
  partitionOf(groupId: string): number {
    const { image, settings } = this.#options
    const count = image().topicsByName.get(offsetsTopic)?.partitions.length
    return coordinatorPartition(groupId, count ?? settings.get('offsets.topic.num.partitions'))
  }

  /** This broker begins to lead a partition; a second call in the same or a newer epoch starts over. */
  load(partition: number, leaderEpoch: number): void {
    this.unload(partition)
    const { journal, clock, logger, settings } = this.#options
    logger.info({ partition, leaderEpoch }, 'coordinates groups')
    const shard = new Shard({
      partition,
      journal,
      clock,
      logger,
      config: coordinatorConfig(settings),
      topics: this.#topics,
      history: this.#history,
    })
    this.#shards.set(partition, shard)
  }

  unload(partition: number): void {
    this.#shards.get(partition)?.close()
    this.#shards.delete(partition)
  }

  /** The groups of this broker; an error while some are still being read. */
  async list(): Promise<{ error: ErrorName; groups: GroupSummary[] }> {
    const shards = [...this.#shards.values()]
    const reading = { error: 'COORDINATOR_LOAD_IN_PROGRESS' as const, groups: [] }
    // Not a word of a part, as in Kafka; who waits for the whole asks often.
    if (!shards.every(({ isActive }) => isActive)) return reading
    const groups = await Promise.all(shards.map((each) => each.summaries()))
    const isWhole = shards.every(({ isActive }) => isActive)
    return isWhole ? { error: 'NONE', groups: groups.flat() } : reading
  }

  isCoordinatorOf(groupId: string): boolean {
    return this.#shards.has(this.partitionOf(groupId))
  }

  /** What happened to a group of late, oldest first. */
  history(groupId: string): readonly Noted[] {
    return this.#history.of(groupId)
  }

  /** Of topics, partitions, racks; null: everything may have changed. Groups notice with their next heartbeat. */
  onMetadata(delta: MetadataDelta | null): void {
    this.#topics.changed(delta)
  }

  onTopicsDeleted(names: readonly string[]): void {
    const topics = new Set(names)
    for (const shard of this.#shards.values()) shard.topicsDeleted(topics)
  }

  /** Lets out what is being written, then answers no more. */
  async close(): Promise<void> {
    this.#cancelSweep()
    this.offsets.close()
    await Promise.all([...this.#shards.values()].map((each) => each.settled()))
    for (const partition of [...this.#shards.keys()]) this.unload(partition)
    this.#historyFile?.close()
  }

  *#committed(): Iterable<readonly [groupId: string, found: Found]> {
    for (const shard of this.#shards.values()) yield* shard.committed()
  }

  #scheduleSweep(): void {
    const { clock, settings } = this.#options
    const delayMs = Number(settings.get('offsets.retention.check.interval.ms'))
    this.#cancelSweep = clock.schedule(delayMs, () => {
      for (const shard of this.#shards.values()) shard.sweep()
      this.#scheduleSweep()
    })
  }
}
